import type { Clock } from '../../../shared/ports/clock.ts'
import { isFence } from '../driver/driver-error.ts'

/** The brokers have been silent for so long that they must have given our partitions away. */
export class BrokerSilenceError extends Error {
  /** The driver ends at once at such an error. */
  readonly retriable = false
  override readonly name = 'SilenceError'
}

/** From joining the group to leaving it, or being put out of it: what is ours, and whether it still is. */
export interface PartitionAssignment {
  readonly partitions: ReadonlySet<number>
  /** Aborted when the tenure ends. */
  readonly signal: AbortSignal
  /** Why the group took the partitions back; undefined while they are ours, or when we gave them back. */
  readonly lost: Error | undefined
  /** Throws, for ever after, when the partitions are no longer ours. A broker that is away is not yet a reason. */
  heartbeat(ask: () => Promise<void>): Promise<void>
  /** The group takes them back. */
  lose(cause: Error): void
  /** We give them back. */
  giveBack(): void
}

export const partitionAssignment = (partitions: readonly number[], sessionMs: number, clock: Clock): PartitionAssignment => {
  const ending = new AbortController()
  let heardAtMs = clock.monotonicMs()
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
    else if (clock.monotonicMs() - heardAtMs > sessionMs)
      lose(new BrokerSilenceError('the brokers have been silent', { cause: error }))
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
        heardAtMs = clock.monotonicMs()
      } catch (error) {
        check(error)
      }
      throwIfLost()
    },
    lose,
    giveBack: () => ending.abort(),
  }
}
