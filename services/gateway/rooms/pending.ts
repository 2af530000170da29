import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'

/** What became of a command, as far as its sender cares. `body` is the frame's body as text. */
export type Settlement =
  | { readonly kind: 'done'; readonly body: string; readonly seq?: number }
  | {
      readonly kind: 'refused'
      readonly code: 'forbidden' | 'unknown_user' | 'invalid' | 'conflict' | 'internal'
      readonly message: string
      readonly details?: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'timeout' }

/** Where a session stands in a room that it follows. */
export interface Place {
  /** The last seq that it was given. */
  readonly cursor: number
  readonly state: 'live' | 'behind' | 'ended'
}

/** The session, as its pending commands see it. */
export interface Sender {
  /** Undefined: the session does not follow the room. */
  follower(room: string): Place | undefined
}

export interface NewEntry {
  readonly sender: Sender
  readonly room: string
  readonly commandId: string
  readonly digest: string
  /** The caller's own correlation string. */
  readonly callerId: string | undefined
  /** Asks the store what became of the command; undefined: nothing is recorded. */
  readonly lookUp: () => Promise<Settlement | undefined>
  /** Called exactly once, unless a feed frame settles the entry. */
  readonly settle: (settlement: Settlement) => void
  /** Called instead when the feed's own frame confirms the command. */
  readonly confirmed: () => void
}

export interface PendingEntry extends NewEntry {
  readonly enteredAtMs: number
  readonly isOpen: boolean
}

/** What an offered event settles: `ids` go into receiving sessions' own frames, `answers` run after those were given. */
export interface Offer {
  readonly ids: ReadonlyMap<Sender, string | undefined>
  readonly answers: readonly (() => void)[]
}

/**
 * The commands of this gateway's sessions that have no outcome yet, by (room,
 * command id, digest). The only place where a caller's `id` comes from.
 */
export interface Pending {
  /** Entries without an outcome, those included that are past their deadline and being looked up. */
  readonly size: number
  enter(entry: NewEntry): PendingEntry
  /**
   * Every event passes here, also those that are dropped as seen. Entries of
   * sessions that are about to receive the event's frame are settled by it;
   * those whose place lies before it wait for it; all others get an answer.
   */
  offer(
    item: Pick<FeedItem, 'room' | 'seq' | 'commandId' | 'digest' | 'frame'>,
    isReceiving: (sender: Sender) => boolean,
  ): Offer | undefined
  /** An outcome heard or looked up. Those whose feed has not come to it yet wait for that. */
  settle(command: { readonly room: string; readonly commandId: string; readonly digest: string }, settlement: Settlement): void
  /** Answers this one, wherever its feed is. */
  conclude(entry: PendingEntry, settlement: Settlement): void
  /** Entries that have waited at least so long and are before their deadline. */
  olderThan(ageMs: number): readonly PendingEntry[]
  /** No deadline fires afterwards. */
  stop(): void
}

interface Slot extends PendingEntry {
  isOpen: boolean
}

type Names = Pick<NewEntry, 'room' | 'commandId' | 'digest'>

const isOf = (slot: Names, { room, digest }: Names): boolean => slot.room === room && slot.digest === digest

/** The body of a feed frame, as text: it is the frame's last member. */
const bodyOf = (frame: string): string => frame.slice(frame.indexOf('"body":') + 7, -1)

export const createPending = (clock: Clock, deadlineMs: number, onDeadline: (entry: PendingEntry) => void): Pending => {
  /** By command id, which alone hardly ever names two commands, and is cheaper to look up than all three names. */
  const byId = new Map<string, Slot[]>()
  /** Those whose deadline is to come. */
  const inOrder = new Set<Slot>()
  let open = 0
  let timer: Timer | undefined
  let isStopped = false

  const forget = (slot: Slot): void => {
    if (!slot.isOpen) return
    slot.isOpen = false
    open -= 1
    inOrder.delete(slot)
    const left = (byId.get(slot.commandId) ?? []).filter((other) => other !== slot)
    if (left.length === 0) byId.delete(slot.commandId)
    else byId.set(slot.commandId, left)
  }

  /** All entries have one deadline, so the oldest is always the next. */
  const watch = (): void => {
    const [oldest] = inOrder
    if (timer !== undefined || isStopped || oldest === undefined) return
    timer = clock.after(Math.max(0, oldest.enteredAtMs + deadlineMs - clock.monotonicMs()), expire)
  }
  const expire = (): void => {
    timer = undefined
    const dueBefore = clock.monotonicMs() - deadlineMs
    for (const slot of inOrder) {
      if (slot.enteredAtMs > dueBefore) break
      inOrder.delete(slot)
      onDeadline(slot)
    }
    watch()
  }

  const conclude = (slot: Slot, settlement: Settlement): void => {
    if (!slot.isOpen) return
    forget(slot)
    slot.settle(settlement)
  }
  const isAhead = (slot: Slot, seq: number | undefined): boolean =>
    seq !== undefined && (slot.sender.follower(slot.room)?.cursor ?? seq) < seq

  return {
    get size() {
      return open
    },
    enter: (entry) => {
      const slot: Slot = { ...entry, enteredAtMs: clock.monotonicMs(), isOpen: true }
      const slots = byId.get(entry.commandId)
      if (slots === undefined) byId.set(entry.commandId, [slot])
      else slots.push(slot)
      inOrder.add(slot)
      open += 1
      watch()
      return slot
    },
    offer: (item, isReceiving) => {
      const slots = byId.get(item.commandId)?.filter((slot) => isOf(slot, item)) ?? []
      if (slots.length === 0) return undefined
      const ids = new Map<Sender, string | undefined>()
      const answers: (() => void)[] = []
      for (const slot of slots) {
        if (isReceiving(slot.sender) && !ids.has(slot.sender)) {
          ids.set(slot.sender, slot.callerId)
          forget(slot)
          slot.confirmed()
        } else if (isReceiving(slot.sender) || !isAhead(slot, item.seq)) {
          answers.push(() => conclude(slot, { kind: 'done', body: bodyOf(item.frame), seq: item.seq }))
        }
      }
      return { ids, answers }
    },
    settle: (command, settlement) => {
      const seq = settlement.kind === 'done' ? settlement.seq : undefined
      for (const slot of byId.get(command.commandId)?.filter((each) => isOf(each, command)) ?? []) {
        if (!isAhead(slot, seq)) conclude(slot, settlement)
      }
    },
    conclude: (entry, settlement) => conclude(entry as Slot, settlement),
    olderThan: (ageMs) => {
      const before = clock.monotonicMs() - ageMs
      const old: PendingEntry[] = []
      for (const slot of inOrder) {
        if (slot.enteredAtMs > before) break
        old.push(slot)
      }
      return old
    },
    stop: () => {
      isStopped = true
      timer?.cancel()
    },
  }
}
