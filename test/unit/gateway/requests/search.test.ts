import { describe, expect, it } from 'vitest'
import { StoreError } from '../../../../shared/ports/event-store.ts'
import { CursorError } from '../../../../shared/ports/read-model.ts'
import type { SearchIndex, SearchPage, SearchQuery } from '../../../../shared/ports/search-index.ts'
import { serverFrame } from '../../../../shared/protocol/answers.ts'
import { message, room } from '../../../../shared/protocol/example-values.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import { gatewayRig } from '../gateway-rig.ts'

const page: SearchPage = {
  messages: [{ room, seq: 7, data: JSON.stringify(message), matches: [[0, 6]] }],
  nextCursor: 'next',
}

/** Ann on a gateway with an index that gives this answer; without one, the service has no index. */
const withIndex = async (answer?: () => Promise<SearchPage>, level = 3) => {
  const memory = memoryStore()
  memory.raiseLevel(level)
  const queries: SearchQuery[] = []
  const searchIndex: SearchIndex | undefined = answer && {
    apply: async () => {},
    search: (query) => {
      queries.push(query)
      return answer()
    },
  }
  const rig = await gatewayRig({ memory, ports: (ports) => ({ ...ports, searchIndex }) })
  const { client, id } = await rig.bound('ann')
  const search = async (query: object) => {
    client.send({ event: 'search-messages', id: 'q', body: { query } })
    await rig.settle()
    const frame = client.frames.at(-1)
    expect(serverFrame.safeParse(frame).success).toBe(true)
    return frame
  }
  const { features } = (client.frames[0]?.body ?? {}) as { readonly features: readonly string[] }
  return { id, queries, search, features }
}

describe('search-messages', () => {
  it('passes the whole query to the index as the acting user, and answers with the messages as they are stored', async () => {
    const { id, queries, search, features } = await withIndex(async () => page)
    const range = { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' }
    const frame = await search({ text: 'hungry', chats: [room], user: id, ...range, limit: 7, cursor: 'c' })
    expect(queries).toEqual([{ reader: id, author: id, text: 'hungry', chats: [room], ...range, limit: 7, cursor: 'c' }])
    expect(frame?.body).toEqual({ messages: [{ ...message, room, seq: 7, matches: [[0, 6]] }], next_cursor: 'next' })
    expect(features).toContain('search-messages')
  })

  it('asks for 50 messages by default, and has no cursor on the last page', async () => {
    const { queries, search } = await withIndex(async () => ({ messages: [] }))
    expect((await search({ text: 'hungry' }))?.body).toEqual({ messages: [] })
    expect(queries).toMatchObject([{ limit: 50 }])
  })

  it('is refused as an unknown event by a service without an index, which does not announce it', async () => {
    const { search, features } = await withIndex()
    const reason = 'this service has no search index'
    expect((await search({ text: 'hungry' }))?.error).toEqual({
      code: 'unknown_event',
      message: `event: ${reason}`,
      retryable: false,
      details: { field: 'event', reason },
    })
    expect(features).toContain('list-members')
    expect(features).not.toContain('search-messages')
  })

  it('is an unknown event below feature level 3', async () => {
    const { queries, search, features } = await withIndex(async () => page, 2)
    expect((await search({ text: 'hungry' }))?.error?.code).toBe('unknown_event')
    expect(features).not.toContain('search-messages')
    expect(queries).toEqual([])
  })

  it('is unavailable while the index cannot be read, and refuses a cursor of another list', async () => {
    const failing = (error: Error) => withIndex(() => Promise.reject(error))
    const away = await failing(new StoreError('unavailable', 'away'))
    expect((await away.search({ text: 'a' }))?.error?.code).toBe('unavailable')
    const misled = await failing(new CursorError('of another list'))
    expect((await misled.search({ text: 'a' }))?.error).toMatchObject({ details: { field: 'body.query.cursor' } })
  })
})
