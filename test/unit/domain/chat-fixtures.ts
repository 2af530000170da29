import type { Role } from '../../../shared/domain/roles.ts'
import type { AddUsers } from '../../../shared/room-events/add-users.ts'
import type { CreateChat } from '../../../shared/room-events/create-chat.ts'
import type { DeleteMessage } from '../../../shared/room-events/delete-message.ts'
import type { EditMessage } from '../../../shared/room-events/edit-message.ts'
import type { OptionalContent } from '../../../shared/room-events/message-content.ts'
import type { PostMessage } from '../../../shared/room-events/new-message.ts'
import type { RemoveUsers } from '../../../shared/room-events/remove-users.ts'
import type { ChatCommand } from '../../../shared/room-events/room-events.ts'
import type { UpdateChat } from '../../../shared/room-events/update-chat.ts'
import type { UpdateMembers } from '../../../shared/room-events/update-members.ts'

/** The nth UUID of a kind, the same at every run. */
export const uuid = (kind: number, n: number): string =>
  `${kind.toString(16).padStart(8, '0')}-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

export const room = uuid(1, 1)
export const ann = uuid(2, 1)
export const bob = uuid(2, 2)
export const cleo = uuid(2, 3)
export const stranger = uuid(2, 9)

/** The instant `s` seconds after noon. */
export const at = (s: number): string => new Date(Date.UTC(2025, 0, 1, 12, 0, s)).toISOString()

type Head = Partial<Pick<ChatCommand, 'id' | 'at' | 'digest'>> & { readonly room?: string }

let made = 0
const head = (user: string, some: Head) => {
  made += 1
  const id = some.id ?? uuid(3, made)
  const { room: stream = room, ...rest } = some
  return { v: 1, stream, id, digest: `digest-${id}`, user, at: at(0), ...rest } as const
}

export const createChat = (user: string, users: readonly string[], some: Head & { name?: string } = {}): CreateChat => {
  const { name = 'a room', ...rest } = some
  return { ...head(user, { id: rest.room ?? room, ...rest }), type: 'CreateChat', body: { name, users } }
}

export const post = (user: string, msg = 'hello', some: Head = {}): PostMessage => ({
  ...head(user, some),
  type: 'PostMessage',
  body: { msg, type: 'text' },
})

export const edit = (user: string, message: string, msg = 'edited', some: Head & OptionalContent = {}): EditMessage => {
  const { mentions, data, ...rest } = some
  const content = { ...(mentions && { mentions }), ...(data && { data }) }
  return { ...head(user, rest), type: 'EditMessage', body: { message, msg, ...content } }
}

export const deleteMessage = (user: string, message: string, some: Head = {}): DeleteMessage => ({
  ...head(user, some),
  type: 'DeleteMessage',
  body: { message },
})

export const add = (user: string, users: readonly string[], some: Head = {}): AddUsers => ({
  ...head(user, some),
  type: 'AddUsers',
  body: { users },
})

export const remove = (user: string, users: readonly string[], some: Head = {}): RemoveUsers => ({
  ...head(user, some),
  type: 'RemoveUsers',
  body: { users },
})

/** Sets a role, for ever or until a time. */
export const setRole = (
  user: string,
  users: readonly string[],
  role: Role,
  some: Head & { readonly until?: string } = {},
): UpdateMembers => {
  const { until, ...rest } = some
  return { ...head(user, rest), type: 'UpdateMembers', body: { users, role, ...(until === undefined ? {} : { until }) } }
}

export const updateChat = (user: string, chat: UpdateChat['body']['chat'], some: Head = {}): UpdateChat => ({
  ...head(user, some),
  type: 'UpdateChat',
  body: { chat },
})

export const ban = (user: string, users: readonly string[], some: Head = {}): RemoveUsers => ({
  ...remove(user, users, some),
  body: { users, ban: true },
})
