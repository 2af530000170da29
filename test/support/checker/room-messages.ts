import { listedCrcOf } from './listed-parts.ts'
import type { MessageChangeStep } from './message-changes.ts'
import { shownAfter, usersByReaction } from './message-changes.ts'

/** The reader of a list, and the last seq of the room that the list includes. */
export interface ListPoint {
  /** By default all events. */
  readonly asOf?: number | undefined
  /** Undefined: a reader who has set no reaction. */
  readonly user?: number | undefined
}

/**
 * The messages of one room as its lists show them. The fold of the room's
 * events: an event that changes a listed message changes it here, and nowhere
 * else in the checker.
 */
export interface RoomMessages {
  readonly count: number
  /** The next event posts a message; `crc` is that of its frame, undefined if it is not known. */
  post(seq: number, crc: number | undefined): void
  /** A later event changes the message that stands at seq `message`. */
  change(message: number, change: MessageChangeStep): void
  /** CRC-32 of the message as a list shows it; undefined: a list does not show this seq, or its content is not known. */
  listedCrc(seq: number, point?: ListPoint): number | undefined
  /** The seq of the event that deleted the message. */
  deletedAt(seq: number): number | undefined
  /** The users who have set the reaction now. */
  reacted(seq: number, reaction: string): number
  /** The seq of the first message after this seq. */
  next(after: number): number | undefined
}

/** The index of the first of the ascending numbers that is greater than the bound. */
const firstAbove = (numbers: readonly number[], bound: number): number => {
  let low = 0
  for (let high = numbers.length; low < high; ) {
    const middle = (low + high) >> 1
    if ((numbers[middle] ?? 0) > bound) high = middle
    else low = middle + 1
  }
  return low
}

export const createRoomMessages = (): RoomMessages => {
  const seqs: number[] = []
  const crcs: (number | undefined)[] = []
  /** Of the messages that were changed only: most are not. */
  const changes = new Map<number, MessageChangeStep[]>()

  const changesOf = (message: number, asOf = Number.POSITIVE_INFINITY): readonly MessageChangeStep[] =>
    (changes.get(message) ?? []).filter(({ seq }) => seq <= asOf)

  return {
    get count() {
      return seqs.length
    },
    post: (seq, crc) => {
      seqs.push(seq)
      crcs.push(crc)
    },
    change: (message, change) => {
      const those = changes.get(message)
      if (those === undefined) changes.set(message, [change])
      else those.push(change)
    },
    listedCrc: (seq, { asOf, user } = {}) => {
      const index = firstAbove(seqs, seq - 1)
      if (seqs[index] !== seq || seq > (asOf ?? seq)) return undefined
      const { content = { crc: crcs[index] }, parts } = shownAfter(changesOf(seq, asOf), user)
      return content.crc === undefined ? undefined : listedCrcOf(content.crc, parts)
    },
    deletedAt: (seq) => changesOf(seq).find((change) => change.kind === 'content' && change.isDeletion)?.seq,
    reacted: (seq, reaction) => usersByReaction(changesOf(seq)).get(reaction)?.size ?? 0,
    next: (after) => seqs[firstAbove(seqs, after)],
  }
}
