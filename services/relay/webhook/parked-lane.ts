import type { ParkedRoom } from '../../../shared/ports/parked-rooms.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import { nameOf } from '../../../shared/runtime/observability/error-text.ts'
import type { DeliveryAttempt } from './attempts.ts'
import type { RoomRun } from './room-run.ts'
import { startRun } from './room-run.ts'
import type { Slots } from './slots.ts'
import type { WebhookSubscription } from './subscription.ts'
import type { WebhookDeps } from './webhook-deps.ts'

/** Delivers the events of parked rooms when they are due. */
export interface ParkedLane {
  /** A room is due now. */
  wake(): void
  /** Waits for the request in flight of a room that was parked for `leaseMs`; without a free slot, the request is given up. */
  adopt(run: RoomRun): void
  /** Ends after the requests in flight. Idempotent. */
  stop(): Promise<void>
}

/** Longest time for which one claim delivers events before others are due, in milliseconds. */
const sliceMs = 5_000
const roomsPerClaim = 64
/** While no room is parked, a relay asks only for this summary: rooms that it parks itself wake its lane. */
const summaryMs = 5_000

/** A claimed room is not claimed again for this long: longer than a slice and its last request. */
export const leaseMs = ({ times }: Pick<WebhookDeps, 'times'>): number => sliceMs + 2 * times.webhookMs

/** Starts to claim rooms. */
export const startParkedLane = (
  deps: WebhookDeps,
  attempt: DeliveryAttempt,
  slots: Slots,
  subscription: WebhookSubscription,
): ParkedLane => {
  const { parkedRooms, clock, times, metrics, log } = deps
  const stopping = new AbortController()
  const { signal } = stopping
  const runs = new Map<RoomRun, Promise<void>>()
  let woken = new AbortController()
  let hasFailed = false
  /** A room may be parked. */
  let hasParked = true
  let summaryAtMs = Number.NEGATIVE_INFINITY

  const wake = (): void => {
    hasParked = true
    woken.abort()
  }

  const onError = (error: unknown): void => {
    if (!hasFailed) log.warn({ reason: nameOf(error) }, 'parked rooms cannot be read or stored, retrying')
    hasFailed = true
  }

  /** Stores the progress of a run. If that fails, the room is claimed again after its lease. */
  const finish = async (run: RoomRun, hasSlot: boolean): Promise<void> => {
    try {
      await parkedRooms.progress(await run.ended)
    } catch (error) {
      onError(error)
    } finally {
      if (hasSlot) slots.release()
      runs.delete(run)
      wake()
    }
  }

  const follow = (run: RoomRun, hasSlot: boolean): void => void runs.set(run, finish(run, hasSlot))

  const begin = (room: ParkedRoom): void => {
    const run = startRun(deps, attempt, room)
    clock.after(sliceMs, run.end)
    follow(run, slots.tryTake())
  }

  const summaryDueMs = (): number => summaryAtMs + summaryMs - clock.monotonicMs()

  const summarize = async (): Promise<void> => {
    if (summaryDueMs() > 0) return
    summaryAtMs = clock.monotonicMs()
    // A room that is parked during the read is either in the summary, or wakes the lane after it.
    hasParked = false
    try {
      const summary = await parkedRooms.summary()
      metrics.onParked(summary)
      if (summary.rooms > 0) hasParked = true
    } catch (error) {
      hasParked = true
      throw error
    }
  }

  const step = async (): Promise<void> => {
    await summarize()
    const limit = subscription.ended.aborted || !hasParked ? 0 : Math.min(roomsPerClaim, slots.free)
    const claimed = limit === 0 ? [] : await parkedRooms.claim(limit, leaseMs(deps))
    for (const room of claimed) begin(room)
    if (claimed.length > 0 && slots.free > 0) return
    const restMs = hasParked ? times.webhookPollMs : Math.max(times.webhookPollMs, summaryDueMs())
    await pause(clock, restMs, AbortSignal.any([signal, woken.signal]))
  }

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      woken = new AbortController()
      try {
        await step()
        hasFailed = false
      } catch (error) {
        onError(error)
        await pause(clock, times.webhookPollMs, signal)
      }
    }
    for (const each of runs.keys()) each.end()
    await Promise.all(runs.values())
  }

  const running = run()
  return {
    wake,
    adopt: (run) => {
      const hasSlot = slots.tryTake()
      if (!hasSlot) run.abort()
      follow(run, hasSlot)
    },
    stop: () => {
      stopping.abort()
      return running
    },
  }
}
