/**
 * Calls `send` at the given rate with the intended time of each call. Open loop:
 * late calls are made at once and keep their intended time, so that a stall of
 * the sender or of the service is part of each latency that it causes (no
 * coordinated omission).
 */
export interface Pace {
  /** Resolves when all calls were made, or after `stop`. */
  readonly done: Promise<void>
  stop(): void
}

export interface PaceOptions {
  readonly perSecond: number
  readonly count: number
  readonly now: () => number
  readonly send: (intendedMs: number) => void
}

const tickMs = 2

export const startPace = ({ perSecond, count, now, send }: PaceOptions): Pace => {
  const startMs = now()
  const done = Promise.withResolvers<void>()
  let sent = 0
  let isStopped = false

  const tick = (): void => {
    const due = isStopped ? sent : Math.min(count, Math.floor(((now() - startMs) * perSecond) / 1_000) + 1)
    for (; sent < due; sent += 1) send(startMs + (sent * 1_000) / perSecond)
    if (isStopped || sent >= count) done.resolve()
    else setTimeout(tick, tickMs)
  }

  tick()
  return {
    done: done.promise,
    stop: () => {
      isStopped = true
    },
  }
}
