import type { AddUsers, ChatCommand, CreateChat, PostMessage, RemoveUsers } from '../../../shared/domain/commands.ts'

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

type Head = Partial<Pick<ChatCommand, 'room' | 'id' | 'at' | 'digest'>>

let made = 0
const head = (user: string, some: Head) => {
  made += 1
  const id = some.id ?? uuid(3, made)
  return { v: 1, room, id, digest: `digest-${id}`, user, at: at(0), ...some } as const
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
