import type { ClientClock } from './client-clock.ts'

/**
 * The time of the service. The device's own clock may be wrong by any amount,
 * so it is never compared with times of the service.
 */
export interface ServiceClock {
  /** Takes the `now` of a `ping` that was sent at this moment of the monotonic clock. */
  read(now: unknown, sentAtMs: number): void
  /** Milliseconds since the epoch; undefined until the first reading. */
  nowMs(): number | undefined
}

/**
 * The service's time advances with the device's monotonic clock. The round-trip
 * time is added to it: the result is late rather than early, so that a token is
 * refreshed in time.
 */
export const createServiceClock = (clock: Pick<ClientClock, 'monotonicMs'>): ServiceClock => {
  let offsetMs: number | undefined
  return {
    read: (now, sentAtMs) => {
      const atMs = typeof now === 'string' ? Date.parse(now) : Number.NaN
      if (!Number.isNaN(atMs)) offsetMs = atMs - sentAtMs
    },
    nowMs: () => (offsetMs === undefined ? undefined : clock.monotonicMs() + offsetMs),
  }
}
