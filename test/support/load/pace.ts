/**
 * Calls `send` at the given rate with the moment that each call was meant for.
 * Open loop: what is late is made up for at once and keeps its intended
 * moment, so that a stall of the sender or of the service is part of every
 * latency that it has caused (no coordinated omission).
 */
export interface Pace {
  /** Resolves when all have been sent, or it was stopped. */
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
