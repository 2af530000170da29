import type { Random } from '../simulation/random.ts'
import { seededRandom } from '../simulation/random.ts'
import type { History } from './history.ts'
import { createHistory, noHistory } from './history.ts'
import type { Latencies } from './latencies.ts'
import { createLatencies } from './latencies.ts'
import { numbering } from './numbering.ts'
import type { RunIds } from './run-ids.ts'
import { runIds } from './run-ids.ts'

/** The state that all sockets of one process of a run share. */
export interface LoadContext {
  readonly ids: RunIds
  readonly random: Random
  readonly history: History
  readonly next: { readonly socket: () => number; readonly operation: () => number; readonly command: () => number }
  readonly latencies: {
    /** From the beginning of a connection to the answer to its `create-user`. */
    readonly connect: Latencies
    /** From the intended time of sending to the confirmation. */
    readonly stored: Latencies
    /** From the intended time of sending to each arrival at another user's socket. */
    readonly received: Latencies
  }
  readonly counts: Counts
  /** The membership frames by room and seq: lists omit them. */
  readonly membershipFrames: Map<string, string>
  /** Milliseconds since the epoch; never decreases. */
  now(): number
}

export interface Counts {
  sent: number
  sentAgain: number
  confirmed: number
  /** Commands that were dropped because a device's queue was full. */
  unsent: number
  frames: number
  bytes: number
  connects: number
  failedConnects: number
  /** Frames of which the positional reader and the parser disagreed. */
  misread: number
  readonly refused: Record<string, number>
  readonly closed: Record<string, number>
}

export interface ContextOptions {
  readonly tag: number
  readonly seed: number
  readonly startMs: number
  /** Whether a history is recorded for the checker; true by default. */
  readonly keepsHistory?: boolean
  readonly process?: number
  readonly processes?: number
  /** Added to the clock of this machine, so that all machines of a run have the same time. */
  readonly clockOffsetMs?: number
}

const noCounts = (): Counts => ({
  sent: 0,
  sentAgain: 0,
  confirmed: 0,
  unsent: 0,
  frames: 0,
  bytes: 0,
  connects: 0,
  failedConnects: 0,
  misread: 0,
  refused: {},
  closed: {},
})

export const nowMs = (): number => performance.timeOrigin + performance.now()

export const createLoadContext = ({
  tag,
  seed,
  startMs,
  keepsHistory = true,
  process = 0,
  processes = 1,
  clockOffsetMs = 0,
}: ContextOptions): LoadContext => ({
  ids: runIds(tag, startMs),
  random: seededRandom(seed + process * 7_919),
  history: keepsHistory ? createHistory(startMs) : noHistory(startMs),
  next: {
    socket: numbering(process, processes),
    operation: numbering(process, processes),
    command: numbering(process, processes),
  },
  latencies: { connect: createLatencies(), stored: createLatencies(), received: createLatencies() },
  counts: noCounts(),
  membershipFrames: new Map(),
  now: clockOffsetMs === 0 ? nowMs : () => nowMs() + clockOffsetMs,
})
