import type { LatencySummary } from '../../support/load/latencies.ts'
import { createLatencies } from '../../support/load/latencies.ts'
import { nowMs } from '../../support/load/load-context.ts'

/** The results of the messages that were due during the measured time. */
export interface WindowResult {
  readonly confirmed: number
  readonly deliveries: number
  /** From the due time to the confirmation. */
  readonly stored: LatencySummary
  /** From the due time to each delivery. */
  readonly received: LatencySummary
}

/** Messages and deliveries since the start, and those of the measured time. */
export interface Tally {
  readonly sent: number
  readonly confirmed: number
  readonly refused: number
  /** Whether each message was confirmed or refused, and each confirmed one was delivered to every member. */
  readonly isComplete: boolean
  /** The number of messages of a room that were sent and not refused. */
  sentTo(room: number): number
  /** Messages that a sender sent into a room; another program may be the sender. */
  addSent(room: number, messages: number, isOwn: boolean): void
  confirm(intendedMs: number): void
  refuse(room: number): void
  deliver(intendedMs: number): void
  beginWindow(): void
  endWindow(): WindowResult
}

export interface TallyOptions {
  readonly membersOf: (room: number) => number
  /** The number of messages that sockets counted and did not read. */
  readonly skimmed: () => number
}

export const createTally = ({ membersOf, skimmed }: TallyOptions): Tally => {
  const [stored, received] = [createLatencies(), createLatencies()]
  const sentTo = new Map<number, number>()
  let [sent, confirmed, refused, expected, read] = [0, 0, 0, 0, 0]
  let windowFromMs = Number.POSITIVE_INFINITY
  let skimmedBefore = 0

  const expect = (room: number, messages: number): void => {
    sentTo.set(room, (sentTo.get(room) ?? 0) + messages)
    expected += messages * membersOf(room)
  }

  return {
    get sent() {
      return sent
    },
    get confirmed() {
      return confirmed
    },
    get refused() {
      return refused
    },
    get isComplete() {
      return confirmed + refused === sent && read + skimmed() === expected
    },
    sentTo: (room) => sentTo.get(room) ?? 0,
    addSent: (room, messages, isOwn) => {
      if (isOwn) sent += messages
      expect(room, messages)
    },
    confirm: (intendedMs) => {
      confirmed += 1
      if (intendedMs >= windowFromMs) stored.record(nowMs() - intendedMs)
    },
    refuse: (room) => {
      refused += 1
      expect(room, -1)
    },
    deliver: (intendedMs) => {
      read += 1
      if (intendedMs >= windowFromMs) received.record(nowMs() - intendedMs)
    },
    beginWindow: () => {
      stored.reset()
      received.reset()
      skimmedBefore = skimmed()
      windowFromMs = nowMs()
    },
    endWindow: () => {
      windowFromMs = Number.POSITIVE_INFINITY
      const [ofStored, ofReceived] = [stored.summary(), received.summary()]
      const deliveries = ofReceived.count + skimmed() - skimmedBefore
      return { confirmed: ofStored.count, deliveries, stored: ofStored, received: ofReceived }
    },
  }
}
