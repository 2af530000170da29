/** Wakes the main thread at each due time. */
import { parentPort, workerData } from 'node:worker_threads'
import type { DueTimes } from './pace.ts'
import { dueCount, sharedMs } from './pace.ts'

const times = workerData as DueTimes
const never = new Int32Array(new SharedArrayBuffer(4))

/** At high rates a few messages share one wake-up. */
const leastWaitMs = 0.2

for (let posted = 0; posted < times.count; posted = dueCount(times)) {
  const dueAt = times.startsAt + (posted * 1_000) / times.perSecond
  do Atomics.wait(never, 0, 0, Math.max(dueAt - sharedMs(), leastWaitMs))
  while (sharedMs() < dueAt)
  parentPort?.postMessage(null)
}
// The last message may become due after the main thread counted and before this thread does.
parentPort?.postMessage(null)
