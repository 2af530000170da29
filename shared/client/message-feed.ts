import type { CallOptions } from './call-types.ts'
import type { ErasedRange, RoomMessage } from './chat-events.ts'
import type { HistoryOptions } from './history.ts'
import type { Effect } from './message-effects.ts'
import { erasedMessage } from './message-effects.ts'
import type { MessageList } from './room.ts'

/**
 * The messages of one list: history that was read, and after it the live messages.
 *
 * Promises:  at rest, each message is as the service lists it. A page may be older
 *            or newer than the feed: effects that a page contains already have no
 *            effect, and those that arrive while a page is read are applied to it.
 */
export interface MessageFeed {
  readonly list: MessageList
  received(message: RoomMessage): void
  /** Returns the message after the effect; undefined if the list does not have it, or if nothing has changed. */
  affected(effect: Effect): RoomMessage | undefined
  /**
   * Removes the content of the messages at once; returns those that the list has. Only the service knows how many replies of
   * a thread are erased: the list is read again if it has one.
   */
  erased(range: ErasedRange): readonly RoomMessage[]
  /** Changes of the messages were missed: reads them again. */
  missed(): void
  /** Discards the messages; history is read from `seq` backwards. */
  restart(seq: number): void
  /** As `restart`, and reads as many messages as there were. */
  reset(seq: number): void
  /** `messages` becomes another array. */
  changed(): void
}

/** The parts of a room that a list uses. */
export interface MessageFeedDeps {
  read(options: HistoryOptions): AsyncIterable<RoomMessage>
  accepts(message: RoomMessage): boolean
  /** Resolves when the position of the room's feed is known. */
  known(call: CallOptions): Promise<void>
  readonly changed: () => void
}

const applied = (held: RoomMessage, effect: Effect): RoomMessage => (effect.message === held.id ? effect.apply(held) : held)

/** Effects that are kept while a page is read. If there are more, the page is read again. */
const mostKept = 1_000

export const createMessageFeed = ({ read, accepts, known, changed }: MessageFeedDeps, last: number): MessageFeed => {
  /** Live messages follow this seq. */
  let newest = last
  /** History is read below this seq. */
  let before = last + 1
  let hasOlder = true
  let entries: RoomMessage[] = []
  /** `entries` as the application sees them; undefined after a change. */
  let shown: readonly RoomMessage[] | undefined
  let loading: Promise<void> | undefined
  let refreshing: Promise<void> | undefined
  let isStale = false
  /** The effects that have arrived since the read in progress began. A read whose effects are not kept is repeated. */
  let kept: Effect[] | undefined

  const restart = (seq: number): void => {
    kept = undefined
    entries = []
    newest = seq
    before = seq + 1
    hasOlder = true
    isStale = false
  }

  /** The newest `count` messages below a seq, ascending; undefined if the read is to be repeated. */
  const readBelow = async (seq: number, count: number, call: CallOptions): Promise<RoomMessage[] | undefined> => {
    const arrived: Effect[] = []
    kept = arrived
    const found: RoomMessage[] = []
    let isValid = false
    try {
      for await (const message of read({ ...call, before: seq, pageSize: Math.min(count, 200) }))
        if (kept !== arrived || found.push(message) === count) break
    } finally {
      isValid = kept === arrived
      if (isValid) kept = undefined
    }
    return isValid ? found.reverse().map((message) => arrived.reduce(applied, message)) : undefined
  }

  const refresh = async (): Promise<void> => {
    while (isStale) {
      const upTo = entries.at(-1)?.seq ?? 0
      const found = await readBelow(upTo + 1, entries.length, {})
      if (found === undefined) continue
      isStale = false
      entries = [...found, ...entries.filter(({ seq }) => seq > upTo)]
      changed()
    }
  }

  /** A refresh that fails is tried again before the next read. */
  const refreshed = async (): Promise<void> => {
    refreshing ??= refresh()
      .catch(() => undefined)
      .finally(() => {
        refreshing = undefined
      })
    await refreshing
  }

  const load = async (count: number, call: CallOptions): Promise<void> => {
    await known(call)
    if (isStale) await refreshed()
    if (!hasOlder) return
    const found = await readBelow(before, count, call)
    if (found === undefined) return load(count, call)
    before = found[0]?.seq ?? before
    hasOlder = found.length === count
    entries = [...found, ...entries]
    changed()
  }

  const loadOlder: MessageList['loadOlder'] = (count = 50, call = {}) => {
    loading ??= load(count, call).finally(() => {
      loading = undefined
    })
    return loading
  }

  const missed = (): void => {
    kept = undefined
    isStale = entries.length > 0
    if (isStale) void refreshed()
  }

  return {
    list: {
      get messages() {
        shown ??= [...entries]
        return shown
      },
      get hasOlder() {
        return hasOlder
      },
      loadOlder,
    },
    received: (message) => {
      if (message.seq <= newest) return
      newest = message.seq
      if (accepts(message)) entries.push(message)
    },
    affected: (effect) => {
      if (kept !== undefined && kept.push(effect) > mostKept) kept = undefined
      const index = entries.findLastIndex(({ id }) => id === effect.message)
      const held = entries[index]
      const next = held && effect.apply(held)
      if (next === undefined || next === held) return undefined
      entries[index] = next
      return next
    },
    erased: (range) => {
      kept = undefined
      const after = entries.map((message) => erasedMessage(message, range))
      const changed = after.filter((message, index) => message !== entries[index])
      entries = after
      if (entries.some(({ replies }) => replies !== undefined && replies.last_seq >= range.from)) missed()
      return changed
    },
    missed,
    restart,
    reset: (seq) => {
      const count = entries.length
      restart(seq)
      if (count > 0) loadOlder(count).catch(() => undefined)
    },
    changed: () => {
      shown = undefined
    },
  }
}
