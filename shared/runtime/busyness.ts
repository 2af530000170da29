import { performance } from 'node:perf_hooks'

/** How busy something is, in [0, 1]. */
export type Busyness = () => number

const windowMs = 50
/** Of what was known before, in the face of a new window. */
const memory = 0.6

/**
 * How busy this process is: the share of recent time that its event loop did
 * not wait for something to do. Time that it waits for a processor counts, so
 * that it tells of a busy machine too.
 */
export const loopBusyness = (): Busyness => {
  let since = performance.eventLoopUtilization()
  let sinceMs = performance.now()
  let busy = 0
  return () => {
    const now = performance.now()
    if (now - sinceMs < windowMs) return busy
    const { utilization } = performance.eventLoopUtilization(since)
    // After a long silence the former state says nothing.
    const kept = now - sinceMs > 10 * windowMs ? 0 : memory
    busy = kept * busy + (1 - kept) * utilization
    since = performance.eventLoopUtilization()
    sinceMs = now
    return busy
  }
}

const idleUpTo = 0.25
const fullFrom = 0.65

/**
 * How long work is left to gather before it is taken on: not at all while
 * there is time to spare, since a delay would be all it gives; up to `mostMs`
 * for who is busy, since ten things at once cost hardly more than one.
 */
export const gatheringMs = (busy: number, mostMs: number): number => {
  const strain = (busy - idleUpTo) / (fullFrom - idleUpTo)
  return mostMs * Math.min(1, Math.max(0, strain))
}
