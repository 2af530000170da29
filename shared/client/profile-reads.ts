import type { Person } from './call-types.ts'
import type { ChatEvents } from './chat-events.ts'
import type { ClientClock } from './client-clock.ts'
import type { Listeners } from './listeners.ts'

/** The call that reads users, and the receiver of the events. */
export interface ProfileReadsDeps {
  readonly clock: ClientClock
  readonly random: () => number
  readonly listeners: Listeners<ChatEvents>
  readonly users: (ids: readonly string[]) => Promise<readonly Person[]>
}

/** Users are read within this time, so that those who watch the same user do not all read it at once. */
const spreadMs = 1_000

/**
 * Reads users whose profiles have changed, several in one request, and emits
 * `profile`. A failed read is not repeated, as a lost signal is not.
 */
export const createProfileReads = ({ clock, random, listeners, users }: ProfileReadsDeps): ((user: string) => void) => {
  const changed = new Set<string>()

  const read = (): void => {
    const ids = [...changed]
    changed.clear()
    users(ids).then(
      (people) => {
        for (const person of people) listeners.emit('profile', person)
      },
      () => undefined,
    )
  }

  return (user) => {
    if (changed.size === 0) clock.after(random() * spreadMs, read)
    changed.add(user)
  }
}
