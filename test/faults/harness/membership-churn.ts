import type { Load } from '../../support/load/load.ts'
import type { Random } from '../../support/simulation/random.ts'

const everyMs = 400

/** Makes the creators of rooms add and remove guests at random, until the returned function is called. */
export const churnMembers = (load: Load, guests: ReadonlyMap<number, string>, random: Random): (() => void) => {
  const rooms = [...load.population.members]
  const ids = [...guests.values()]
  const timer = setInterval(() => {
    const [room, [creator = 0]] = random.pick(rooms)
    const event = random.chance(0.5) ? 'add-users' : 'remove-users'
    void load.perform(creator, event, room, { users: [random.pick(ids)] })
  }, everyMs)
  return () => clearInterval(timer)
}
