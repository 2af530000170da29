import type { Clock } from '../../../shared/ports/clock.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import type { Pace, Traffic } from './pace.ts'

/** What the speed of some work depends on. */
export interface PacedWorkDeps {
  readonly pace: Pace
  /** Reads the traffic of others; undefined: there is none. */
  readonly traffic: (() => Promise<Traffic>) | undefined
  /** The most items in a second; undefined: as many as the pace permits. */
  readonly perSecond: number | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Work in groups of items, which makes way for the traffic of others. */
export interface PacedWork {
  /** Resolves with the most items of the next group. */
  size(): Promise<number>
  /** Does the work on one group, and rests as long as the pace and the rate ask for. `countOf`: the items that were done. */
  run<Result>(work: () => Promise<Result>, countOf: (result: Result) => number): Promise<Result>
}

const trafficMs = 1_000

export const createPacedWork = ({ pace, traffic, perSecond, clock, signal }: PacedWorkDeps): PacedWork => {
  let readMs = Number.NEGATIVE_INFINITY
  let hasRead = false
  /** At most once a second. After a first reading, brokers that are unavailable do not end the work, which waits for them. */
  const readTraffic = async (): Promise<void> => {
    const nowMs = clock.monotonicMs()
    if (traffic === undefined || nowMs - readMs < trafficMs) return
    readMs = nowMs
    try {
      pace.noteTraffic(await traffic())
      hasRead = true
    } catch (error) {
      if (!hasRead) throw error
    }
  }
  return {
    size: async () => {
      await readTraffic()
      return pace.lines
    },
    run: async (work, countOf) => {
      const startedMs = clock.monotonicMs()
      const result = await work()
      const count = countOf(result)
      const tookMs = clock.monotonicMs() - startedMs
      const restMs = pace.note(count, tookMs)
      const slowestMs = perSecond === undefined ? 0 : (count / perSecond) * 1_000 - tookMs
      if (Math.max(restMs, slowestMs) > 0) await pause(clock, Math.max(restMs, slowestMs), signal)
      return result
    },
  }
}
