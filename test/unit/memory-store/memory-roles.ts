import type { StoredRole } from '../../../shared/domain/roles.ts'
import { banned, roles } from '../../../shared/domain/roles.ts'
import type { ChatEvent } from '../../../shared/room-events/room-events.ts'
import type { ChatRow } from './memory-rows.ts'

/** A user without a role keeps none; another one is a member, unless it was an owner. */
export const keepRoleOnReturn = (chat: ChatRow, user: string): void => {
  const stored = chat.roles.get(user)
  if (stored?.role == null || stored.role === roles.owner) return
  chat.roles.set(user, { ...stored, role: roles.member })
}

const setRole = (chat: ChatRow, user: string, role: number, until: string | undefined): void => {
  const lasting = chat.roles.get(user)?.role ?? null
  const stored: StoredRole = until === undefined ? { role } : { role: lasting, lowered: { role, until } }
  chat.roles.set(user, stored)
}

/** The changes of roles and of the content of the chat by an event. */
export const projectRoom = (chat: ChatRow, event: ChatEvent): void => {
  switch (event.type) {
    case 'ChatCreated':
    case 'ChatUpdated': {
      const { name, image, data, rules } = event.body.chat
      Object.assign(chat, JSON.parse(JSON.stringify({ name, image, data, rules })))
      break
    }
    case 'MembersUpdated':
      for (const user of event.body.users) setRole(chat, user, roles[event.body.role], event.body.until)
      break
    case 'UsersRemoved':
      for (const user of event.body.banned ?? []) chat.roles.set(user, { role: banned })
      break
    default:
  }
}
