import type { ReadonlySignal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { People } from './people.ts'

/** The users whom the signed-in user has blocked. */
export interface BlockedPeople {
  /** Their ids; undefined until they were read. */
  readonly ids: ReadonlySignal<readonly string[] | undefined>
  /** Reads them: another device may have changed them. Rejects as the client's call does. */
  read(signal: AbortSignal): Promise<void>
  /** Blocks or unblocks a user. Rejects as the client's call does. */
  set(user: string, on: boolean, signal: AbortSignal): Promise<void>
}

type BlockCalls = Pick<ChatClient, 'listBlocks' | 'block' | 'unblock'>

/** The most that the service returns in one page. */
const pageSize = 200

export const createBlockedPeople = (client: BlockCalls, people: Pick<People, 'request'>): BlockedPeople => {
  const ids = signal<readonly string[] | undefined>(undefined)
  let changes = 0

  const read: BlockedPeople['read'] = async (signal) => {
    const changesBefore = changes
    const found: string[] = []
    for await (const { user_id } of client.listBlocks({ pageSize, signal })) found.push(user_id)
    // The answer may be older than a block that was set since the request.
    if (changes !== changesBefore) return await read(signal)
    people.request(found)
    ids.value = found
  }

  return {
    ids,
    read,
    set: async (user, on, signal) => {
      await (on ? client.block(user, { signal }) : client.unblock(user, { signal }))
      changes += 1
      if (ids.value === undefined) return
      const others = ids.value.filter((id) => id !== user)
      ids.value = on ? [...others, user] : others
    },
  }
}
