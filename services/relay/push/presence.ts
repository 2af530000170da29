import type { FanOut } from '../../../shared/ports/fan-out.ts'
import { channels } from '../../../shared/records/publications.ts'

/**
 * The users without a socket: each gateway that holds the channel of such a user shows that the user has left. Undefined: the
 * fan-out does not know.
 */
export const offlineOf = async (
  fanOut: Pick<FanOut, 'listeners'>,
  users: readonly string[],
): Promise<readonly string[] | undefined> => {
  try {
    // Both channels of a user beside each other, so that they are counted at the same time.
    const counts = await fanOut.listeners(users.flatMap((user) => [channels.user(user), channels.left(user)]))
    return users.filter((_, index) => (counts[2 * index] ?? 0) <= (counts[2 * index + 1] ?? 0))
  } catch {
    return undefined
  }
}
