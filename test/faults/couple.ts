import { expect } from 'vitest'
import type { FeedFrame } from '../support/client/chat-socket.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import type { OwnChat } from './own-chat.ts'

export interface Couple extends AsyncDisposable {
  readonly ann: Person
  readonly bob: Person
  readonly bobName: string
  readonly room: string
}

/** Two users, on the first and the last gateway, who share a room. */
export const coupleOn = async ({ chat }: OwnChat): Promise<Couple> => {
  const [first, last] = [chat.gateways[0], chat.gateways.at(-1)]
  const owned = new AsyncDisposableStack()
  const ann = owned.use(await personOn(first?.url ?? '', freshName('ann')))
  const bobName = freshName('bob')
  const bob = owned.use(await personOn(last?.url ?? '', bobName))
  const { room } = await ann.createChat('a room', [bob.id])
  await Promise.all([ann.feedTo(room, 1), bob.feedTo(room, 1)])
  return { ann, bob, bobName, room, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

export const texts = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`)

const plain = ({ id: _id, ...frame }: FeedFrame): unknown => frame

/** Expects that both received the same gapless feed with these messages in this order, equal to the history. */
export const expectOneOrder = async ({ ann, bob, room }: Couple, messages: readonly string[]): Promise<void> => {
  const seq = messages.length + 1
  const [annSaw, bobSaw] = [await ann.feedTo(room, seq), await bob.feedTo(room, seq)]
  expect(annSaw.map((frame) => frame.seq)).toEqual(Array.from({ length: seq }, (_, index) => index + 1))
  expect(annSaw.slice(1).map(({ body }) => body.msg)).toEqual(messages)
  expect(bobSaw.map(plain)).toEqual(annSaw.map(plain))
  expect((await bob.history(room)).map(({ msg }) => msg)).toEqual(messages)
}
