import type { Person } from '../../../../shared/client/call-types.ts'
import type { ChatModel } from './chat-model.ts'
import { defaultName } from './chat-title.ts'
import { offersDirectChats, openDirectChat } from './direct-chat.ts'
import type { ViewedRoom } from './room.ts'

/** `ann, bob` → both, each once. */
export const externalIdsIn = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter((id) => id !== ''))]

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
  people.add(found)
  return found.filter(({ id }) => id !== me.value?.id)
}

interface NewChat {
  readonly users: readonly string[]
  /** Empty: the chat is named after its members. */
  readonly name?: string
  /** Aborting cancels requests that have not been sent yet. */
  readonly signal: AbortSignal
}

/** Resolves with the chat's id when it is stored. */
export const startChat = async (model: ChatModel, { users, name = '', signal }: NewChat): Promise<string> => {
  // A command names at least one user: notes to oneself name the user.
  const named = users.length > 0 ? users : [(await model.client.ready({ signal })).id]
  if (name === '') await model.people.load(named, signal)
  const chat = await model.client.createChat({ name: name || defaultName(model, users), users: named }, { signal })
  return chat.id
}

const isPair = (room: ViewedRoom, me: string, other: string): boolean => {
  const members = room.members.value
  return !room.hasLeft.value && members.length === 2 && members.includes(me) && members.includes(other)
}

/** The existing chat of the signed-in user and this one, if there is one: an invitation may be opened twice. */
const chatWith = ({ rooms, me }: ChatModel, other: string): ViewedRoom | undefined =>
  rooms.value.find((room) => isPair(room, me.value?.id ?? '', other))

/**
 * Resolves with the id of an unnamed chat with these users. With one user it is
 * the direct chat, or, if the service has none, an existing chat of both.
 */
export const startUnnamedChat = async (model: ChatModel, users: readonly string[], signal: AbortSignal): Promise<string> => {
  const [only, ...others] = users
  if (only === undefined || others.length > 0) return await startChat(model, { users, signal })
  if (offersDirectChats(model)) return await openDirectChat(model, only, signal)
  return chatWith(model, only)?.id ?? (await startChat(model, { users, signal }))
}
