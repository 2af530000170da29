import type { Random } from '../simulation/random.ts'
import { seededRandom } from '../simulation/random.ts'

export interface Sender {
  readonly room: number
  readonly user: number
}

/** Members of the rooms, by room. */
export type Members = ReadonlyMap<number, readonly number[]>

/** A random member of a random room: every room has the same rate. */
export const randomSenders = (members: Members, random: Random): (() => Sender) => {
  const rooms = [...members]
  return () => {
    const [room, users] = random.pick(rooms)
    return { room, user: random.pick(users) }
  }
}

/** Every member of every room takes a turn, in a shuffled order, so that consecutive messages use different sockets. */
export const sendersInTurn = (members: Members, seed: number): (() => Sender) => {
  const random = seededRandom(seed)
  const order = [...members]
    .flatMap(([room, users]) => users.map((user): Sender => ({ room, user })))
    .map((sender) => ({ sender, place: random.below(2 ** 30) }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ sender }) => sender)
  let turn = 0
  return () => {
    const sender = order[turn % order.length]
    if (sender === undefined) throw new Error('there is no member to send')
    turn += 1
    return sender
  }
}
