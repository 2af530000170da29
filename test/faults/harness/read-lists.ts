import { readList, readPage } from '../../support/checker/read-list.ts'
import type { Truth } from '../../support/checker/truth.ts'
import type { Load } from '../../support/load/load.ts'
import type { Random } from '../../support/simulation/random.ts'

const everyMs = 200

/** Random members read the newest messages of their rooms, for the checker, until the returned function is called. */
export const readWhileSending = (load: Load, random: Random): (() => void) => {
  const rooms = [...load.population.members]
  const timer = setInterval(() => {
    const [room, members] = random.pick(rooms)
    // Under a fault there may be no socket or no answer.
    readPage(load, room, random.pick(members), {}).catch(() => {})
  }, everyMs)
  return () => clearInterval(timer)
}

/** Two present members of each room read all of its messages. */
export const readAllLists = async (load: Load, { rooms }: Truth): Promise<void> => {
  for (const [room, members] of load.population.members) {
    const present = members.filter((user) => rooms.get(room)?.spansOf(user).at(-1)?.until === Number.POSITIVE_INFINITY)
    for (const user of new Set([...present.slice(0, 1), ...present.slice(-1)])) await readList(load, room, user)
  }
}
