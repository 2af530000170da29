import type { Clock } from '../../../shared/ports/clock.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'

/** Something that has gathered bytes and can write them. */
export interface Flushable {
  flush(): void
}

export interface Flusher {
  /** Has it flushed with the next flush; asking twice is asking once. */
  request(target: Flushable): void
}

/** A flush that took less has few writes to save. */
const shortMs = 1

/** The pause after a longer flush, as a multiple of its duration: at most a fifth of the time goes into writing. */
const pauseFlushes = 4

/**
 * The gateway's one flush: everything gathered since the last one is written,
 * one write per socket, because the write is three quarters of the cost of a
 * delivery. A flush to many sockets is followed by a pause (at most
 * `flushMostMs`), in which further frames for the same sockets gather; a short
 * one by none, because a pause would save nothing. A flush is cut into slices
 * of `flushSliceMs`. One target that throws keeps no other from being flushed.
 */
export const createFlusher = (clock: Clock, times: Times, onFlushed: (seconds: number) => void): Flusher => {
  let dirty = new Set<Flushable>()
  let isScheduled = false
  let lastTookMs = 0
  let lastEndedAt = Number.NEGATIVE_INFINITY

  /** Whatever one of them throws is thrown where it stops no other. */
  const flush = (target: Flushable): void => {
    try {
      target.flush()
    } catch (error) {
      clock.after(0, () => {
        throw error
      })
    }
  }

  const slice = (targets: Iterator<Flushable>, spentMs: number): void => {
    const startedAt = clock.monotonicMs()
    for (let next = targets.next(); next.done !== true; next = targets.next()) {
      flush(next.value)
      const tookMs = clock.monotonicMs() - startedAt
      if (tookMs > times.flushSliceMs) {
        clock.after(0, () => slice(targets, spentMs + tookMs))
        return
      }
    }
    finish(spentMs + clock.monotonicMs() - startedAt)
  }

  const finish = (tookMs: number): void => {
    lastTookMs = tookMs
    lastEndedAt = clock.monotonicMs()
    onFlushed(tookMs / 1000)
    isScheduled = false
    if (dirty.size > 0) schedule()
  }

  const schedule = (): void => {
    isScheduled = true
    const pauseMs = lastTookMs < shortMs ? 0 : Math.min(times.flushMostMs, pauseFlushes * lastTookMs)
    // Time that has passed since was pause enough.
    const leftMs = Math.max(0, lastEndedAt + pauseMs - clock.monotonicMs())
    clock.after(leftMs, () => {
      const targets = dirty
      dirty = new Set()
      slice(targets.values(), 0)
    })
  }

  return {
    request: (target) => {
      dirty.add(target)
      if (!isScheduled) schedule()
    },
  }
}
