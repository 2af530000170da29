import type { FanOut } from '../../../shared/ports/fan-out.ts'
import { channels } from '../../../shared/records/publications.ts'

/** The users who are not online: no gateway holds their channel. Undefined: the fan-out does not know. */
export const offlineOf = async (
  fanOut: Pick<FanOut, 'listeners'>,
  users: readonly string[],
): Promise<readonly string[] | undefined> => {
  try {
    const counts = await fanOut.listeners(users.map(channels.user))
    return users.filter((_, index) => (counts[index] ?? 0) === 0)
  } catch {
    return undefined
  }
}
