import type { ChatModel } from './chat-model.ts'
import type { ViewedRoom } from './room.ts'

const joint = ' & '
const longestName = 200

/** Placeholders in the stored names of chats that were created before the names of their members were known. */
const placeholders: ReadonlySet<string> = new Set(['…', 'Former member'])

const knownName = ({ people }: ChatModel, id: string | undefined): string | undefined =>
  id === undefined || people.person(id) === undefined ? undefined : people.nameOf(id)

const isName = (name: string | undefined): name is string => name !== undefined

/**
 * The stored name of a chat that its creator did not name: the names of its
 * members as far as they are known, the creator's first.
 */
export const defaultName = (model: ChatModel, users: readonly string[]): string => {
  const mine = model.people.nameOf(model.me.value?.id ?? '')
  const names = users.filter((id) => id !== model.me.value?.id).map((id) => knownName(model, id))
  if (names.length === 0) return `${mine}’s notes`
  const all = [mine, ...names.filter(isName)]
  return all.join(names.length === 1 ? joint : ', ').slice(0, longestName)
}

/** The other name in a pair such as `Ann & Bob`; undefined if `name` is not one of the two. */
const withoutName = (pair: string, name: string): string | undefined => {
  if (pair.startsWith(name + joint)) return pair.slice(name.length + joint.length)
  return pair.endsWith(joint + name) ? pair.slice(0, -name.length - joint.length) : undefined
}

const pairTitle = (model: ChatModel, { name: { value: name }, partner }: ViewedRoom): string => {
  const mine = model.people.nameOf(model.me.value?.id ?? '')
  const theirs = knownName(model, partner.value)
  const rest = name === mine ? '…' : withoutName(name, mine)
  if (rest === undefined) return name
  return placeholders.has(rest) ? (theirs ?? name) : rest
}

/** Whether `defaultName` gives this stored name to a chat of two of these users. */
const isOfPair = (name: string, names: readonly string[]): boolean =>
  names.includes(name) || (name.includes(joint) && names.some((one) => names.includes(withoutName(name, one) ?? '')))

/** A chat of more than two that was started as an unnamed chat of two is titled with all its other members. */
const groupTitle = (model: ChatModel, { name: { value: name }, members }: ViewedRoom): string => {
  const names = members.value.map((id) => knownName(model, id)).filter(isName)
  if (names.length < members.value.length || !isOfPair(name, names)) return name
  return names.filter((_, index) => members.value[index] !== model.me.value?.id).join(', ')
}

/**
 * The name of a chat for this user. A direct chat has the name of the other user,
 * and so has an unnamed chat of two. It is read from the stored name, and is therefore available before
 * the members are known, and after one has left.
 */
export const titleOf = (model: ChatModel, room: ViewedRoom): string => {
  if (room.isDirect) return model.people.nameOf(room.partner.value ?? '')
  return room.members.value.length > 2 ? groupTitle(model, room) : pairTitle(model, room)
}

/** The seed of a chat's colour: a chat of two has the colour of the other user, also after that user has left. */
export const colourSeedOf = (room: ViewedRoom): string => room.partner.value ?? room.id

/** The image of a chat: in a direct chat, that of the other user. */
export const imageOf = ({ people }: ChatModel, room: ViewedRoom): string | undefined =>
  room.isDirect ? people.person(room.partner.value ?? '')?.image : room.image.value
