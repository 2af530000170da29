import type { ReadonlySignal } from '@preact/signals'
import { batch, signal } from '@preact/signals'
import type { ListedMember } from '../../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { People } from './people.ts'

/** The members of a chat with their roles, those who joined first first; or its banned users. */
export interface MemberList {
  /** Undefined until they were read. */
  readonly members: ReadonlySignal<readonly ListedMember[] | undefined>
  readonly hasMore: ReadonlySignal<boolean>
  /** Rejects as the client's call does. */
  loadMore(): Promise<void>
  /** Reads the first ones now, and the loaded ones again at each change. Returns a function that ends it. */
  follow(): () => void
}

const pageSize = 100

interface MemberListOptions {
  readonly room: string
  readonly client: Pick<ChatClient, 'listMembers' | 'on'>
  readonly people: Pick<People, 'request'>
  readonly banned?: boolean
}

export const createMemberList = ({ room, client, people, banned = false }: MemberListOptions): MemberList => {
  const members = signal<readonly ListedMember[] | undefined>(undefined)
  const hasMore = signal(false)
  let wanted = pageSize
  let latest = 0
  let isReading = false
  let isStale = false

  /** Reads one more than is shown, to learn whether there are more. */
  const read = async (): Promise<void> => {
    latest += 1
    const mine = latest
    const found: ListedMember[] = []
    for await (const member of client.listMembers(room, { pageSize: pageSize + 1, ...(banned ? { banned } : {}) })) {
      found.push(member)
      if (found.length > wanted) break
    }
    if (mine !== latest) return
    people.request(found.map(({ user_id }) => user_id))
    batch(() => {
      hasMore.value = found.length > wanted
      members.value = found.slice(0, wanted)
    })
  }
  /** The changes during a read cause one more read. A read that fails is tried again at the next change. */
  const refresh = async (): Promise<void> => {
    isStale = true
    if (isReading) return
    isReading = true
    while (isStale) {
      isStale = false
      await read().catch(() => undefined)
    }
    isReading = false
  }
  const refreshFor = (change: { readonly room: string }): void => {
    if (change.room === room) void refresh()
  }

  return {
    members,
    hasMore,
    loadMore: () => {
      wanted += pageSize
      return read()
    },
    follow: () => {
      void refresh()
      const ends = [
        client.on('members', refreshFor),
        client.on('roles', refreshFor),
        client.on('chat', ({ id }) => refreshFor({ room: id })),
        // Changes of other members' markers while there was no connection are not repeated.
        client.on('state', ({ state }) => {
          if (state === 'online') void refresh()
        }),
      ]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}
