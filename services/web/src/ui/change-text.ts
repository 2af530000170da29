import type { ChatModel } from '../model/chat-model.ts'
import { isolate } from '../model/isolate.ts'
import { roleTexts } from '../model/role-names.ts'
import type { ChangeEntry } from '../model/timeline.ts'
import { shortTime } from './times.ts'

const namesOf = ({ people, me }: ChatModel, ids: readonly string[]): string =>
  ids.map((id) => (id === me.value?.id ? 'you' : isolate(people.nameOf(id)))).join(', ')

type ChangeOf<Kind extends ChangeEntry['kind']> = Extract<ChangeEntry, { kind: Kind }>['change']

const membersText = (model: ChatModel, by: string, { change, users, user_id, banned = [] }: ChangeOf<'members'>): string => {
  if (banned.length > 0) return `${by} banned ${namesOf(model, banned)}`
  if (change === 'removed' && users.length === 1 && users[0] === user_id) return `${by} left`
  return `${by} ${change} ${namesOf(model, users)}`
}

const rolesText = (model: ChatModel, by: string, { users, role, until }: ChangeOf<'roles'>): string => {
  const names = namesOf(model, users)
  if (until !== undefined) return `${by} muted ${names} until ${shortTime(until)}`
  return `${by} set the role of ${names}: ${roleTexts[role].name}`
}

const updateText = (by: string, { chat: { name } }: ChangeOf<'updated'>): string =>
  name === undefined ? `${by} changed the settings of the chat` : `${by} renamed the chat to ${isolate(name)}`

/** A change of a chat as a sentence. */
export const changeText = (model: ChatModel, entry: ChangeEntry): string => {
  const { user_id } = entry.change
  const by = user_id === model.me.value?.id ? 'You' : isolate(model.people.nameOf(user_id))
  switch (entry.kind) {
    case 'members':
      return membersText(model, by, entry.change)
    case 'roles':
      return rolesText(model, by, entry.change)
    case 'updated':
      return updateText(by, entry.change)
  }
}
