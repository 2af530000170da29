import type { Clock } from '../../../shared/ports/clock.ts'
import { isFence } from '../driver/driver-error.ts'

/** The brokers have not answered for a session time-out, so they must have reassigned the partitions. */
export class BrokerSilenceError extends Error {
  /** The driver ends at once on a non-retriable error. */
  readonly retriable = false
  override readonly name = 'SilenceError'
}

/** The partitions that the group has assigned to this consumer, and whether the assignment is still valid. */
export interface PartitionAssignment {
  readonly partitions: ReadonlySet<number>
  /** Aborted when the assignment ends. */
  readonly signal: AbortSignal
  /** Why the group revoked the assignment; undefined while it is valid, and after `giveBack`. */
  readonly lost: Error | undefined
  /**
   * Sends a heartbeat by `ask`. Throws once the assignment is lost. A broker
   * that does not answer ends it only after a session time-out.
   */
  heartbeat(ask: () => Promise<void>): Promise<void>
  /** The group has revoked the assignment. */
  lose(cause: Error): void
  /** This consumer gives the partitions back. */
  giveBack(): void
}

/** Begins an assignment; the time since the last answer counts from now. */
export const partitionAssignment = (partitions: readonly number[], sessionMs: number, clock: Clock): PartitionAssignment => {
  const ending = new AbortController()
  let answeredAtMs = clock.monotonicMs()
  let lost: Error | undefined

  const lose = (cause: Error): void => {
    lost ??= cause
    ending.abort(cause)
  }
  const throwIfLost = (): void => {
    if (lost !== undefined) throw lost
  }

  const check = (error: unknown): void => {
    if (isFence(error)) lose(error)
    else if (clock.monotonicMs() - answeredAtMs > sessionMs)
      lose(new BrokerSilenceError('no broker has answered a heartbeat in time', { cause: error }))
  }

  return {
    partitions: new Set(partitions),
    signal: ending.signal,
    get lost() {
      return lost
    },
    heartbeat: async (ask) => {
      throwIfLost()
      try {
        await ask()
        answeredAtMs = clock.monotonicMs()
      } catch (error) {
        check(error)
      }
      throwIfLost()
    },
    lose,
    giveBack: () => ending.abort(),
  }
}
