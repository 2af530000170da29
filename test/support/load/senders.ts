import { seededRandom } from '../simulation/random.ts'

export interface Sender {
  readonly room: number
  readonly user: number
}

/** Every member of every room takes a turn, in a shuffled order, so that consecutive messages use different sockets. */
export const sendersInTurn = (members: ReadonlyMap<number, readonly number[]>, seed: number): (() => Sender) => {
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
