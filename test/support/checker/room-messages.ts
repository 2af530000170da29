import type { OperationEvent } from '../load/entry.ts'

/**
 * The messages of one room as its lists show them. The fold of the room's
 * events: an event that changes a listed message changes it here, and nowhere
 * else in the checker.
 */
export interface RoomMessages {
  readonly count: number
  /** The next event of the room; `crc` is that of its frame. */
  fold(event: OperationEvent, seq: number, crc: number): void
  /** CRC-32 of the message as a list shows it, in the form of a feed frame; undefined: a list does not show this seq. */
  listedCrc(seq: number): number | undefined
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
  const crcs: number[] = []
  return {
    get count() {
      return seqs.length
    },
    fold: (event, seq, crc) => {
      if (event !== 'new-message') return
      seqs.push(seq)
      crcs.push(crc)
    },
    listedCrc: (seq) => {
      const index = firstAbove(seqs, seq - 1)
      return seqs[index] === seq ? crcs[index] : undefined
    },
    next: (after) => seqs[firstAbove(seqs, after)],
  }
}
