import type { ParkedRoom, RoomProgress } from '../../../shared/ports/parked-rooms.ts'
import type { DeliveryAttempt } from './attempts.ts'
import type { WebhookDeps } from './webhook-deps.ts'

/** The delivery of some events of one room, one request at a time. */
export interface RoomRun {
  readonly room: string
  readonly lastSeq: number
  /** The next event: all before it are done. */
  readonly nextSeq: number
  /** Resolves with the progress when all events are done, one has failed, or the run was ended. Rejects if the store fails. */
  readonly ended: Promise<RoomProgress>
  /** Begins no further request. */
  end(): void
  /** Gives up the request in flight. */
  abort(): void
}

/** The first pause, doubled with each failure; spread by a fifth in both directions, so that rooms are not retried together. */
export const retryDelayMs = ({ times, random }: Pick<WebhookDeps, 'times' | 'random'>, failures: number): number =>
  Math.min(times.webhookRetryMostMs, times.webhookRetryFirstMs * 2 ** (failures - 1)) * (0.8 + 0.4 * random())

/** Starts a run. */
export const startRun = (deps: Pick<WebhookDeps, 'times' | 'random'>, attempt: DeliveryAttempt, from: ParkedRoom): RoomRun => {
  const { room, lastSeq } = from
  const giveUp = new AbortController()
  let { nextSeq, failures, waitsMs } = from
  let mayContinue = true

  const run = async (): Promise<RoomProgress> => {
    while (mayContinue && nextSeq <= lastSeq) {
      const result = await attempt({ room, seq: nextSeq, lastSeq, waitsMs }, giveUp.signal)
      if (result.kind === 'retry') {
        const dueMs = Math.max(result.afterMs, retryDelayMs(deps, failures + 1))
        return { room, nextSeq, failures: failures + 1, reason: result.reason, dueMs }
      }
      nextSeq = result.nextSeq
      failures = 0
      waitsMs = 0
    }
    return { room, nextSeq, failures, reason: 'behind', dueMs: 0 }
  }

  return {
    room,
    lastSeq,
    get nextSeq() {
      return nextSeq
    },
    ended: run(),
    end: () => {
      mayContinue = false
    },
    abort: () => giveUp.abort(),
  }
}
