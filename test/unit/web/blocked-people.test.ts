import { describe, expect, it } from 'vitest'
import { createBlockedPeople } from '../../../services/web/src/model/blocked-people.ts'
import type { Block } from '../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../shared/client/chat-client.ts'

const { signal } = new AbortController()

/** A service that reads the list at once, and returns the answers of `listBlocks` when they are released. */
const createService = () => {
  const stored = new Set<string>()
  const held: (() => void)[] = []
  async function* listBlocks(): AsyncGenerator<Block, void> {
    const users = [...stored]
    await new Promise<void>((resolve) => held.push(resolve))
    for (const user_id of users) yield { user_id, created_at: new Date(0).toISOString() }
  }
  const client: Pick<ChatClient, 'listBlocks' | 'block' | 'unblock'> = {
    listBlocks,
    block: async (user) => void stored.add(user),
    unblock: async (user) => void stored.delete(user),
  }
  return {
    blocked: createBlockedPeople(client, { request: () => undefined }),
    reads: () => held.length,
    release: () => held.shift()?.(),
  }
}

describe('The blocked people on the page', () => {
  it('keep a block that was set while an older list was read', async () => {
    const { blocked, reads, release } = createService()
    const reading = blocked.read(signal)
    await blocked.set('dan', true, signal)
    release()
    await expect.poll(reads).toBe(1)
    release()
    await reading
    expect(blocked.ids.value).toEqual(['dan'])
  })

  it('stay unknown after a block, until they were read', async () => {
    const { blocked, release } = createService()
    await blocked.set('dan', true, signal)
    expect(blocked.ids.value).toBeUndefined()
    const reading = blocked.read(signal)
    release()
    await reading
    expect(blocked.ids.value).toEqual(['dan'])
  })
})
