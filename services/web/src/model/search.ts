import type { ReadonlySignal } from '@preact/signals'
import { batch, signal } from '@preact/signals'
import type { FoundMessage } from '../../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { People } from './people.ts'

/** Results that are read at a time. */
const step = 20

/** A search in all chats of the user. */
export interface Search {
  /** Undefined until a search has ended. */
  readonly results: ReadonlySignal<readonly FoundMessage[] | undefined>
  readonly hasMore: ReadonlySignal<boolean>
  /** Searches for this text instead of the one before. Rejects as the client's call does. */
  start(text: string, abort: AbortSignal): Promise<void>
  /** Reads further results of the same text. */
  more(): Promise<void>
}

export const createSearch = (client: ChatClient, people: Pick<People, 'request'>): Search => {
  const results = signal<readonly FoundMessage[] | undefined>(undefined)
  const hasMore = signal(false)
  let found: AsyncGenerator<FoundMessage, void> | undefined

  const read = async (): Promise<void> => {
    const mine = found
    const messages: FoundMessage[] = []
    let isOver = mine === undefined
    while (mine !== undefined && !isOver && messages.length < step) {
      const { done, value } = await mine.next()
      if (done === true) isOver = true
      else messages.push(value)
    }
    people.request(messages.map(({ user_id }) => user_id))
    if (mine !== found) return
    batch(() => {
      results.value = [...(results.value ?? []), ...messages]
      hasMore.value = !isOver
    })
  }

  return {
    results,
    hasMore,
    start: (text, abort) => {
      found = client.search(text, { pageSize: step, signal: abort })
      results.value = undefined
      return read()
    },
    more: read,
  }
}
