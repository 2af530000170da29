/** Wakes the main thread at each due time. */
import { parentPort, workerData } from 'node:worker_threads'
import type { DueTimes } from './due-count.ts'
import { dueCount, sharedMs } from './due-count.ts'
import { scheduleOf } from './schedule.ts'

const { startsAt, plan } = workerData as DueTimes
const schedule = scheduleOf(plan)
const never = new Int32Array(new SharedArrayBuffer(4))

/** At high rates a few messages share one wake-up. */
const leastWaitMs = 0.2

for (let posted = 0; posted < schedule.count; posted = dueCount(schedule, startsAt)) {
  const dueAt = startsAt + schedule.dueAt(posted)
  do Atomics.wait(never, 0, 0, Math.max(dueAt - sharedMs(), leastWaitMs))
  while (dueCount(schedule, startsAt) <= posted)
  parentPort?.postMessage(null)
}
// The last message may become due after the main thread counted and before this thread does.
parentPort?.postMessage(null)
