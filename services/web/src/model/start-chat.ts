import type { Person } from '../../../../shared/client/chat-client.ts'
import type { ChatModel } from './chat-model.ts'
import type { Room } from './room.ts'

/** `ann, bob` → both, each once. */
export const externalIdsIn = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter((id) => id !== ''))]

const pairName = (one: string, other: string): string => `${one} & ${other}`

/** Whom these external ids name; says which of them nobody has. */
export const findPeople = async ({ client, people, me }: ChatModel, ids: readonly string[]): Promise<readonly Person[]> => {
  const found = ids.length === 0 ? [] : await client.findUsers(ids)
  const missing = ids.filter((id) => !found.some(({ externalUserId }) => externalUserId === id))
  if (missing.length > 0) {
    throw new Error(`Nobody has signed in as ${missing.join(', ')} yet. Send them your invitation link instead.`)
  }
  people.learn(found)
  return found.filter(({ id }) => id !== me.value?.id)
}

const defaultName = ({ people, me }: ChatModel, users: readonly string[]): string => {
  const mine = people.nameOf(me.value?.id ?? '')
  const names = users.map((id) => people.nameOf(id))
  if (names.length === 0) return `${mine}’s notes`
  return names.length === 1 ? pairName(mine, names[0] ?? '') : [mine, ...names].join(', ').slice(0, 200)
}

/** Resolves with the chat's id once it is stored. */
export const startChat = async (model: ChatModel, users: readonly string[], name = ''): Promise<string> => {
  // Somebody has to be named: alone with one's notes, oneself.
  const named = users.length > 0 ? users : [(await model.client.ready()).id]
  const chat = await model.client.createChat({ name: name || defaultName(model, users), users: named })
  return chat.id
}

const isPair = (room: Room, me: string, other: string): boolean => {
  const members = room.members.value
  return !room.isOver.value && members.length === 2 && members.includes(me) && members.includes(other)
}

/** The chat of these two, if there is one already: an invitation may be opened twice. */
export const chatWith = ({ rooms, me }: ChatModel, other: string): Room | undefined =>
  rooms.value.find((room) => isPair(room, me.value?.id ?? '', other))

/** The other one, in a chat of two. */
const otherOf = ({ me }: ChatModel, room: Room): string | undefined => {
  const members = room.members.value
  return members.length === 2 ? members.find((id) => id !== me.value?.id) : undefined
}

/** What a chat is called for this user: one of two, that nobody named, by the other's name. */
export const titleOf = (model: ChatModel, room: Room): string => {
  const { people, me } = model
  const other = otherOf(model, room)
  if (other === undefined) return room.name
  const [mine, theirs] = [people.nameOf(me.value?.id ?? ''), people.nameOf(other)]
  return [pairName(mine, theirs), pairName(theirs, mine)].includes(room.name) ? theirs : room.name
}

/** What gives a chat its colour: a chat of two has that of the other one. */
export const faceOf = (model: ChatModel, room: Room): string => otherOf(model, room) ?? room.id
