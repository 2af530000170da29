import { crc32 } from 'node:zlib'
import type { Counts } from './counts.ts'
import type { FrameView } from './frame-view.ts'
import type { History } from './history.ts'
import type { KindMeasures } from './kind-measures.ts'
import type { Latencies } from './latencies.ts'
import type { Sending, Settled } from './sending.ts'

/** The socket of an entry. */
export interface Source {
  readonly socket: number
  readonly user: number
  /** Its user reads slowly, so that its delays do not count. */
  readonly isSlow: boolean
}

/** Records the traffic of all sockets of a process: a full history, or only the numbers of a measurement. */
export interface Recorder {
  opened(source: Source): void
  closed(source: Source, code: number): void
  sent(source: Source, sending: Sending, operation: number): void
  settled(source: Source, sending: Sending, operation: number, settled: Settled): void
  /** A confirmation or refusal of an operation that is not pending. */
  unexpected(source: Source, operation: number): void
  /** A feed frame. `view` and `text` are valid until the call returns. */
  frame(source: Source, view: Readonly<FrameView>, text: Buffer): void
}

/** Records nothing. */
export const noRecorder: Recorder = {
  opened: () => {},
  closed: () => {},
  sent: () => {},
  settled: () => {},
  unexpected: () => {},
  frame: () => {},
}

/** What the full recorder fills. */
export interface Recorded {
  readonly history: History
  readonly latencies: {
    /** From the beginning of a connection to the answer to its `create-user`. */
    readonly connect: Latencies
    /** Of messages: from the intended time of sending to the confirmation. */
    readonly stored: Latencies
    /** Of messages: from the intended time of sending to each arrival at another user's socket. */
    readonly received: Latencies
  }
  readonly kinds: KindMeasures
  readonly counts: Counts
  /** The frames of all events but new messages, by room and seq: lists omit them. */
  readonly membershipFrames: Map<string, string>
  /** Milliseconds since the epoch; never decreases. */
  now(): number
}

/** Records counts and latencies, and a history if `keepsHistory`. */
export const fullRecorder = (into: Recorded, keepsHistory: boolean): Recorder => {
  const { history, kinds, counts, membershipFrames, now } = into

  const recordFrame = ({ socket, user }: Source, view: Readonly<FrameView>, text: Buffer, at: number): void => {
    const { event, room, seq, command, operation, commonFrom } = view
    const crc = crc32(text.subarray(commonFrom))
    history.append({ kind: 'frame', at, event, socket, user, room, seq, command, crc, operation })
    if (event !== 'new-message') membershipFrames.set(`${room} ${seq}`, `{${text.subarray(commonFrom)}`)
  }

  return {
    opened: ({ socket, user, isSlow }) => history.append({ kind: 'opened', at: now(), socket, user, seq: isSlow ? 1 : 0 }),
    closed: ({ socket, user }, code) => {
      history.append({ kind: 'closed', at: now(), socket, user, seq: code })
      counts.closed[code] = (counts.closed[code] ?? 0) + 1
    },
    sent: ({ socket, user }, { event, room, command }, operation) => {
      history.append({ kind: 'invoked', at: now(), event, socket, user, room, command, operation })
      counts.sent += 1
      const measure = kinds.of(event)
      if (measure !== undefined) measure.counts.sent += 1
    },
    settled: ({ socket, user }, { event, room, command, intendedMs }, operation, { outcome, code, seq }) => {
      const at = now()
      history.append({ kind: outcome, at, event, code, socket, user, room, command, seq, operation })
      // Rooms are created in one burst before the load begins, and scenarios measure joins themselves: they are of no kind.
      const measure = kinds.of(event)
      if (outcome === 'ok') {
        counts.confirmed += 1
        if (measure !== undefined) measure.counts.confirmed += 1
        measure?.stored.record(at - intendedMs)
      } else {
        counts.refused[code] = (counts.refused[code] ?? 0) + 1
        if (measure !== undefined) measure.counts.refused += 1
      }
    },
    // The operation may have been given up before.
    unexpected: () => {},
    frame: (source, view, text) => {
      const at = now()
      if (keepsHistory) recordFrame(source, view, text, at)
      const { operation, intendedMs, event } = view
      if (operation === 0 && intendedMs > 0 && !source.isSlow) kinds.of(event)?.received.record(at - intendedMs)
    },
  }
}
