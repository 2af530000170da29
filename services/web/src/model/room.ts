import type { ReadonlySignal, Signal } from '@preact/signals'
import { computed, signal } from '@preact/signals'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { JoinedChat } from '../../../../shared/client/chat-events.ts'
import type { Partners } from './partners.ts'
import type { People } from './people.ts'
import type { TimelineEntry } from './timeline.ts'
import { merge, messageEntry } from './timeline.ts'

/** A chat on the page: its loaded history, without gaps, up to the newest message. */
export interface ViewedRoom {
  readonly id: string
  readonly name: string
  readonly members: Signal<readonly string[]>
  /** The other user of a chat of two, also after that user has left; undefined in a larger chat. */
  readonly partner: ReadonlySignal<string | undefined>
  readonly entries: Signal<readonly TimelineEntry[]>
  /** The loaded history begins with the first message. */
  readonly isComplete: Signal<boolean>
  readonly isLoading: Signal<boolean>
  /** The user is no longer a member. */
  readonly hasLeft: Signal<boolean>
  /** The last seq that was read on this device. */
  readonly readUpTo: Signal<number>
  /** The number of loaded messages of other users after `readUpTo`. */
  readonly unread: ReadonlySignal<number>
  readonly lastAt: ReadonlySignal<string>
  readonly lastMessage: ReadonlySignal<TimelineEntry | undefined>
  /** Adds entries; an entry with a known seq is ignored. */
  add(entries: readonly TimelineEntry[]): void
  /** Whether this message is among the newest loaded ones. */
  isRecent(message: string): boolean
  /** Loads up to `count` older messages, unless a load is running. Rejects as the client's call does. */
  loadOlder(count: number): Promise<void>
  /** Discards the loaded history; `loadOlder` then starts at `seq`. */
  reset(seq: number): void
}

const sendersOf = (entries: readonly TimelineEntry[]): readonly string[] =>
  entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message.user_id] : []))

/** How many of the newest entries `isRecent` searches. */
const recentCount = 200

interface RoomOptions {
  readonly chat: JoinedChat
  readonly readUpTo: number
  readonly client: ChatClient
  /** Loads the names of the senders. */
  readonly people: Pick<People, 'request'>
  readonly partners: Partners
}

export const createRoom = ({ chat, readUpTo: readBefore, client, people, partners }: RoomOptions): ViewedRoom => {
  const { id, name } = chat
  const members = signal(chat.users)
  const entries = signal<readonly TimelineEntry[]>([])
  const isComplete = signal(false)
  const isLoading = signal(false)
  const readUpTo = signal(readBefore)
  let before = chat.seq + 1
  let loading = new AbortController()

  /** Counts from the newest entry back to the last read one. */
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
    const found: TimelineEntry[] = []
    for await (const message of client.messages(id, { before, pageSize: count, signal })) {
      if (found.push(messageEntry(message)) === count) break
    }
    if (signal.aborted) return
    before = found.at(-1)?.seq ?? before
    people.request(sendersOf(found))
    entries.value = merge(entries.value, found)
    if (found.length < count) isComplete.value = true
  }

  return {
    id,
    name,
    members,
    partner: computed(() => partners.of(id, members.value)),
    entries,
    isComplete,
    isLoading,
    hasLeft: signal(false),
    readUpTo,
    unread: computed(() => countUnread()),
    lastAt: computed(() => entries.value.at(-1)?.at ?? chat.modified_at),
    lastMessage: computed(() => entries.value.findLast(({ kind }) => kind === 'message')),
    add: (found) => {
      people.request(sendersOf(found))
      entries.value = merge(entries.value, found)
    },
    isRecent: (message) =>
      entries.value.slice(-recentCount).some((entry) => entry.kind === 'message' && entry.message.id === message),
    loadOlder: async (count) => {
      if (isLoading.value || isComplete.value) return
      isLoading.value = true
      const mine = loading
      try {
        await read(count, mine.signal)
      } finally {
        if (loading === mine) isLoading.value = false
      }
    },
    reset: (seq) => {
      loading.abort()
      loading = new AbortController()
      before = seq + 1
      entries.value = []
      isComplete.value = false
      isLoading.value = false
    },
  }
}
