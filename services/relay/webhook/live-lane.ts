import type { RoomProgress } from '../../../shared/ports/parked-rooms.ts'
import type { DeliveryAttempt } from './attempts.ts'
import type { RoomRun } from './room-run.ts'
import { startRun } from './room-run.ts'
import type { Slots } from './slots.ts'
import type { WebhookDeps } from './webhook-deps.ts'

/** The events of one room in a call of the sink. */
export interface EventsOfRoom {
  readonly room: string
  readonly firstSeq: number
  readonly lastSeq: number
}

/** A room to park, and the run with a request in flight, if there is one. */
export interface UnfinishedRoom {
  readonly progress: RoomProgress & { readonly lastSeq: number }
  readonly run: RoomRun | undefined
}

/** Delivers the events of a room until the deadline. Undefined: all of them are done. */
export type DeliverLive = (events: EventsOfRoom, deadline: AbortSignal) => Promise<UnfinishedRoom | undefined>

const isLate = (deadline: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (deadline.aborted) resolve(undefined)
    else deadline.addEventListener('abort', () => resolve(undefined))
  })

/** A room whose remaining events are due at once. */
export const behind = ({ room, firstSeq, lastSeq }: EventsOfRoom): UnfinishedRoom => ({
  progress: { room, nextSeq: firstSeq, lastSeq, failures: 0, reason: 'behind', dueMs: 0 },
  run: undefined,
})

/** Creates the delivery of events as they arrive, with a bounded number of requests at the same time. */
export const createLiveLane =
  (deps: WebhookDeps, attempt: DeliveryAttempt, slots: Slots, parkedMs: number): DeliverLive =>
  async (events, deadline) => {
    const { room, firstSeq, lastSeq } = events
    if (!(await slots.take(deadline))) return behind(events)
    try {
      const run = startRun(deps, attempt, { room, nextSeq: firstSeq, lastSeq, failures: 0, waitsMs: 0 })
      const progress = await Promise.race([run.ended, isLate(deadline)])
      if (progress !== undefined)
        return progress.nextSeq > lastSeq ? undefined : { progress: { ...progress, lastSeq }, run: undefined }
      run.end()
      return { progress: { room, nextSeq: run.nextSeq, lastSeq, failures: 0, reason: 'slow', dueMs: parkedMs }, run }
    } finally {
      slots.release()
    }
  }
