import type { Person } from '../../../../shared/client/chat-client.ts'
import type { ChatModel } from './chat-model.ts'
import type { Room } from './room.ts'

/** `ann, bob` → both, each once. */
export const externalIdsIn = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter((id) => id !== ''))]

const pairName = (one: string, other: string): string => `${one} & ${other}`

/** The users with these external ids. Rejects with a sentence that names those that do not exist. */
export const findPeople = async (
  { client, people, me }: ChatModel,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly Person[]> => {
  const found = ids.length === 0 ? [] : await client.findUsers(ids, { signal })
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

interface NewChat {
  readonly users: readonly string[]
  /** Empty: the chat is named after its members. */
  readonly name?: string
  /** Aborting cancels what has not been sent yet. */
  readonly signal: AbortSignal
}

/** Resolves with the chat's id when it is stored. */
export const startChat = async (model: ChatModel, { users, name = '', signal }: NewChat): Promise<string> => {
  // A command names at least one user: for notes to oneself, that is the user.
  const named = users.length > 0 ? users : [(await model.client.ready({ signal })).id]
  const chat = await model.client.createChat({ name: name || defaultName(model, users), users: named }, { signal })
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

/**
 * The name of a chat for this user. A chat of two that was named after its
 * members has the other one's name, which is read from the chat's own name:
 * so it is there before the members are known, and after one has left.
 */
export const titleOf = ({ people, me }: ChatModel, room: Room): string => {
  if (room.members.value.length > 2) return room.name
  const mine = people.nameOf(me.value?.id ?? '')
  const [before, after] = [pairName(mine, ''), pairName('', mine)]
  if (room.name.startsWith(before)) return room.name.slice(before.length)
  return room.name.endsWith(after) ? room.name.slice(0, -after.length) : room.name
}

/** What gives a chat its colour: a chat of two has that of the other one. */
export const faceOf = (model: ChatModel, room: Room): string => otherOf(model, room) ?? room.id
