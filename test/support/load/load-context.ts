import type { Random } from '../simulation/random.ts'
import { seededRandom } from '../simulation/random.ts'
import { chatFormat } from './chat-format.ts'
import { noCounts } from './counts.ts'
import { createHistory, noHistory } from './history.ts'
import { createKindMeasures } from './kind-measures.ts'
import { createLatencies } from './latencies.ts'
import type { LoadObserver } from './load-observer.ts'
import { noObserver } from './load-observer.ts'
import { numbering } from './numbering.ts'
import type { Recorded, Recorder } from './recorder.ts'
import { fullRecorder } from './recorder.ts'
import type { RunIds } from './run-ids.ts'
import { runIds } from './run-ids.ts'
import type { WireFormat } from './wire-format.ts'

/** The state that all sockets of one process of a run share. */
export interface LoadContext extends Recorded {
  readonly ids: RunIds
  readonly format: WireFormat
  readonly recorder: Recorder
  readonly random: Random
  /** Replaced by traffic that depends on what the devices do. */
  observer: LoadObserver
  readonly next: { readonly socket: () => number; readonly operation: () => number; readonly command: () => number }
}

export interface ContextOptions {
  readonly tag: number
  readonly seed: number
  readonly startMs: number
  /** Whether a history is recorded for the checker; true by default. */
  readonly keepsHistory?: boolean
  /** The protocol of the service by default. */
  readonly format?: WireFormat
  /** Replaces the recorder of counts, latencies and history. */
  readonly recorder?: Recorder
  readonly process?: number
  readonly processes?: number
  /** Added to the clock of this machine, so that all machines of a run have the same time. */
  readonly clockOffsetMs?: number
}

export const nowMs = (): number => performance.timeOrigin + performance.now()

export const createLoadContext = (options: ContextOptions): LoadContext => {
  const { tag, seed, startMs, process = 0, processes = 1, format = chatFormat, clockOffsetMs = 0 } = options
  const keepsHistory = (options.keepsHistory ?? true) && options.recorder === undefined
  const latencies = { connect: createLatencies(), stored: createLatencies(), received: createLatencies() }
  const recorded = {
    history: keepsHistory ? createHistory(startMs) : noHistory(startMs),
    latencies,
    kinds: createKindMeasures(latencies),
    counts: noCounts(),
    membershipFrames: new Map<string, string>(),
    now: clockOffsetMs === 0 ? nowMs : () => nowMs() + clockOffsetMs,
  }
  return {
    ...recorded,
    ids: runIds(tag, startMs),
    format,
    recorder: options.recorder ?? fullRecorder(recorded, keepsHistory),
    observer: noObserver,
    random: seededRandom(seed + process * 7_919),
    next: {
      socket: numbering(process, processes),
      operation: numbering(process, processes),
      command: numbering(process, processes),
    },
  }
}
