import type { Clock } from '../../shared/ports/clock.ts'
import type { Busyness } from '../../shared/runtime/busyness.ts'
import { gatheringMs } from '../../shared/runtime/busyness.ts'
import type { Times } from '../../shared/runtime/times.ts'

/** Something that has gathered bytes and can write them. */
export interface Flushable {
  flush(): void
}

export interface Flusher {
  /** Has it flushed with the next flush; asking twice is asking once. */
  request(target: Flushable): void
}

/**
 * The gateway's one flush: everything gathered since the last one is written,
 * one write per socket, because the write is three quarters of the cost of a
 * delivery. The next flush starts no sooner than the last one took, and later
 * the busier the gateway is (at most `flushMostMs`), so that an idle gateway
 * never delays and a busy one coalesces by itself. Where the last flush was for
 * one socket alone there is nothing to gather: who asks one thing after the
 * other would only wait. It is cut into slices of `flushSliceMs`. One target
 * that throws keeps no other from being flushed.
 */
export const createFlusher = (clock: Clock, times: Times, busyness: Busyness, onFlushed: (seconds: number) => void): Flusher => {
  let dirty = new Set<Flushable>()
  let isScheduled = false
  let lastTookMs = 0
  let lastTargets = 0
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
    const tookMs = lastTookMs < 1 ? 0 : Math.min(lastTookMs, times.flushMostMs)
    const gatherMs = gatheringMs(busyness(), times.flushMostMs)
    const pauseMs = lastTargets > 1 ? Math.max(tookMs, gatherMs) : tookMs
    // Time that has passed since was pause enough.
    const leftMs = Math.max(0, lastEndedAt + pauseMs - clock.monotonicMs())
    clock.after(leftMs, () => {
      const targets = dirty
      dirty = new Set()
      lastTargets = targets.size
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
