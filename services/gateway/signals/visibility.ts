import type { Clock } from '../../../shared/ports/clock.ts'
import { retrying } from '../reads/retrying.ts'
import type { SessionWatch } from './session-watch.ts'

/** Checks again whether sessions may see users whose presence they watch. */
export interface VisibilityChecks {
  /** The session may not share a chat with these users any more. */
  check(watch: SessionWatch, users: Iterable<string>): void
  stop(): void
}

/** The look-up of users, and the receiver of those that are hidden now. */
export interface VisibilityDeps {
  /** Those of the users who share a chat with the viewer. Rejects with `StoreError`. */
  readonly visible: (users: readonly string[], viewer: string) => Promise<readonly string[]>
  readonly onHidden: (watch: SessionWatch, users: readonly string[]) => void
  readonly clock: Clock
  readonly retryMs: number
}

/** One statement in flight: members leave rarely. Repeats it while the store is unavailable. */
export const createVisibilityChecks = ({ visible, onHidden, clock, retryMs }: VisibilityDeps): VisibilityChecks => {
  const waiting = new Map<SessionWatch, Set<string>>()
  let isChecking = false
  let isStopped = false

  const checkOne = async (watch: SessionWatch, users: readonly string[]): Promise<void> => {
    const isWanted = (): boolean => !isStopped && users.some((user) => watch.users.has(user))
    const seen = await retrying(clock, retryMs, isWanted, () => visible(users, watch.user))
    if (seen !== undefined)
      onHidden(
        watch,
        users.filter((user) => !seen.includes(user)),
      )
  }

  const checkWaiting = async (): Promise<void> => {
    isChecking = true
    for (const [watch, users] of waiting) {
      waiting.delete(watch)
      await checkOne(watch, [...users])
    }
    isChecking = false
  }

  return {
    check: (watch, users) => {
      const asked = waiting.get(watch) ?? new Set()
      for (const user of users) if (watch.users.has(user)) asked.add(user)
      if (asked.size === 0) return
      waiting.set(watch, asked)
      if (!isChecking) void checkWaiting()
    },
    stop: () => {
      isStopped = true
    },
  }
}
