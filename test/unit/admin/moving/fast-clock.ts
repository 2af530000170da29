import type { Clock } from '../../../../shared/ports/clock.ts'
import { systemClock } from '../../../../shared/runtime/process/system-clock.ts'

const speed = 20

/** A second of the work passes in 50 ms, so that no test waits for its pauses. */
export const fastClock: Clock = {
  nowMs: systemClock.nowMs,
  monotonicMs: () => systemClock.monotonicMs() * speed,
  after: (delayMs, callback) => systemClock.after(delayMs / speed, callback),
}
