import { hash } from 'node:crypto'
import type { ChatCommand, Command } from '../../../shared/domain/commands.ts'
import type { RequestOf } from '../../../shared/protocol/requests.ts'
import type { NamedCreateUser } from './claim-user.ts'

/** A request that becomes a command in a room. */
export type CommandRequest = RequestOf<'create-chat' | 'new-message' | 'add-users' | 'remove-users'>

/** What a gateway adds to a command. */
export interface CommandSource {
  /** A new command id. */
  readonly newId: () => string
  /** The present time, as ISO 8601 text. */
  readonly now: () => string
}

/** Names a command's content: acting user, event, and body without its id. 132 bits of SHA-256. */
const digestOf = (actor: string, event: string, body: unknown): string =>
  hash('sha256', JSON.stringify([actor, event, body]), 'base64url').slice(0, 22)

type CommandParts = Pick<ChatCommand, 'type' | 'room' | 'id'> & { readonly body: unknown }

const types = { 'new-message': 'PostMessage', 'add-users': 'AddUsers', 'remove-users': 'RemoveUsers' } as const

const partsOf = (request: CommandRequest, newId: () => string): CommandParts => {
  if (request.event === 'create-chat') {
    const id = request.body.chat.id ?? newId()
    return { type: 'CreateChat', room: id, id, body: { name: request.body.chat.name, users: request.body.users } }
  }
  const { id = newId(), ...body } = request.body
  return { type: types[request.event], room: request.room, id, body }
}

/** The command of a request. `actor`: the acting user. */
export const chatCommandOf = (request: CommandRequest, actor: string, { newId, now }: CommandSource): ChatCommand => {
  const parts = partsOf(request, newId)
  return { v: 1, ...parts, digest: digestOf(actor, request.event, parts.body), user: actor, at: now() } as ChatCommand
}

/** The command that creates the user whom a `create-user` names. */
export const createUserCommandOf = (request: NamedCreateUser, { newId, now }: CommandSource): Command => {
  const { externalUserId, name } = request.body.user
  const body = { externalUserId, ...(name === undefined ? {} : { name }) }
  const digest = digestOf('', request.event, body)
  return { v: 1, type: 'CreateUser', room: externalUserId, id: newId(), digest, at: now(), body }
}
