import type { ReadonlySignal, Signal } from '@preact/signals'
import { computed, signal } from '@preact/signals'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { JoinedChat } from '../../../../shared/client/chat-events.ts'
import type { Partners } from './partners.ts'
import type { People } from './people.ts'
import type { Entry } from './timeline.ts'
import { merge, messageEntry } from './timeline.ts'

/** A chat as the page holds it: what is known of its past, from some place on. */
export interface Room {
  readonly id: string
  readonly name: string
  readonly members: Signal<readonly string[]>
  /** The other user of a chat of two, also after that user has left; undefined in a larger chat. */
  readonly partner: ReadonlySignal<string | undefined>
  readonly entries: Signal<readonly Entry[]>
  /** Nothing older is to be had. */
  readonly isWhole: Signal<boolean>
  readonly isLoading: Signal<boolean>
  /** The user is no longer in it. */
  readonly isOver: Signal<boolean>
  /** The last place that was read on this device. */
  readonly readUpTo: Signal<number>
  /** Messages of others after that; counted as far as they are loaded. */
  readonly unread: ReadonlySignal<number>
  readonly lastAt: ReadonlySignal<string>
  readonly lastMessage: ReadonlySignal<Entry | undefined>
  /** Adds entries, each place once. */
  add(entries: readonly Entry[]): void
  /** Whether this message is among the newest that are loaded. */
  hasLately(message: string): boolean
  /** Up to so many older messages; once at a time. Rejects as the client's call does. */
  loadOlder(count: number): Promise<void>
  /** What was known does not hold any more; what is stored up to `seq` is to be read again. */
  startOver(seq: number): void
}

const sendersOf = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message.user_id] : []))

/** How far back a message of one's own is looked for that has just been stored. */
const lately = 200

interface RoomOptions {
  readonly chat: JoinedChat
  readonly readUpTo: number
  readonly client: ChatClient
  /** Asked for the names of those who wrote the messages. */
  readonly people: Pick<People, 'want'>
  readonly partners: Partners
}

export const createRoom = ({ chat, readUpTo: readBefore, client, people, partners }: RoomOptions): Room => {
  const { id, name } = chat
  const members = signal(chat.users)
  const entries = signal<readonly Entry[]>([])
  const isWhole = signal(false)
  const isLoading = signal(false)
  const readUpTo = signal(readBefore)
  let before = chat.seq + 1
  let loading = new AbortController()

  /** From the newest back to the last that was read. */
  const countUnread = (): number => {
    let count = 0
    for (let index = entries.value.length - 1; index >= 0; index -= 1) {
      const entry = entries.value[index]
      if (entry === undefined || entry.seq <= readUpTo.value) break
      if (entry.kind === 'message' && entry.message.user_id !== client.user?.id) count += 1
    }
    return count
  }

  const read = async (count: number, signal: AbortSignal): Promise<void> => {
    const found: Entry[] = []
    for await (const message of client.messages(id, { before, pageSize: count, signal })) {
      if (found.push(messageEntry(message)) === count) break
    }
    if (signal.aborted) return
    before = found.at(-1)?.seq ?? before
    people.want(sendersOf(found))
    entries.value = merge(entries.value, found)
    if (found.length < count) isWhole.value = true
  }

  return {
    id,
    name,
    members,
    partner: computed(() => partners.of(id, members.value)),
    entries,
    isWhole,
    isLoading,
    isOver: signal(false),
    readUpTo,
    unread: computed(() => countUnread()),
    lastAt: computed(() => entries.value.at(-1)?.at ?? chat.modified_at),
    lastMessage: computed(() => entries.value.findLast(({ kind }) => kind === 'message')),
    add: (found) => {
      people.want(sendersOf(found))
      entries.value = merge(entries.value, found)
    },
    hasLately: (message) =>
      entries.value.slice(-lately).some((entry) => entry.kind === 'message' && entry.message.id === message),
    loadOlder: async (count) => {
      if (isLoading.value || isWhole.value) return
      isLoading.value = true
      const mine = loading
      try {
        await read(count, mine.signal)
      } finally {
        if (loading === mine) isLoading.value = false
      }
    },
    startOver: (seq) => {
      loading.abort()
      loading = new AbortController()
      before = seq + 1
      entries.value = []
      isWhole.value = false
      isLoading.value = false
    },
  }
}
