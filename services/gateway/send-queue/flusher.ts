import type { Clock } from '../../../shared/ports/clock.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'

/** A queue of bytes to be written. */
export interface Flushable {
  flush(): void
}

/** Schedules the flushes of all send queues of a gateway. */
export interface Flusher {
  /** Schedules the target for the next flush. Repeated requests have no effect. */
  request(target: Flushable): void
}

/** No pause follows a shorter flush, because it would save few writes. */
const shortMs = 1

/** The pause after a longer flush, as a multiple of its duration: writing takes at most a fifth of the time. */
const pauseFlushes = 4

/**
 * Flushes all send queues that requested it, one write per socket, because the
 * write is three quarters of the cost of a delivery. A pause (at most
 * `flushMostMs`) follows a long flush, so that more frames are collected for the
 * same sockets. No pause follows a short flush, because it would save nothing. A
 * flush is cut into slices of `flushSliceMs`, between which other tasks run. A
 * target that throws does not prevent the flush of the others.
 */
export const createFlusher = (clock: Clock, times: Times, onFlushed: (seconds: number) => void): Flusher => {
  let dirty = new Set<Flushable>()
  let isScheduled = false
  let lastTookMs = 0
  let lastEndedAt = Number.NEGATIVE_INFINITY

  /** An error is thrown again in a task of its own. */
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
    // The time since the last flush counts as part of the pause.
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
