import { hash } from 'node:crypto'
import { pairOf } from '../domain/direct-chat.ts'
import type { RequestOf } from '../protocol/requests.ts'
import type { CreateChat } from '../room-events/create-chat.ts'
import type { AnyRequestedRoomEvent } from '../room-events/room-event.ts'
import type { ChatCommand, Command, RequestedRoomEventName } from '../room-events/room-events.ts'
import { requestedRoomEvents } from '../room-events/room-events.ts'
import type { AnyRequestedUserEvent } from '../user-events/user-event.ts'
import type { UserCommand, UserEventName } from '../user-events/user-events.ts'
import { userEvents } from '../user-events/user-events.ts'
import { directChatId } from './direct-chat-id.ts'

/** A request that becomes a command in a room. */
export type CommandRequest = RequestOf<RequestedRoomEventName>

/** A request that becomes a command in the stream of its acting user. */
export type OwnRequest = RequestOf<UserEventName>

/** The user whom a `create-user` names. */
export type NamedUser = NonNullable<RequestOf<'create-user'>['body']['user']>

/** The values that the publisher of a command adds to it. */
export interface CommandSource {
  /** A new command id. */
  readonly newId: () => string
  /** The time of the command, as ISO 8601 text. */
  readonly now: () => string
}

/** Identifies a command's content: acting user, event, and body without its id. 132 bits of SHA-256. */
const digestOf = (actor: string, event: string, body: unknown): string =>
  hash('sha256', JSON.stringify([actor, event, body]), 'base64url').slice(0, 22)

/**
 * The command of a request. `actor`: the acting user. The digest is of the body
 * exactly as requested, so that it is the same in every version.
 */
export const chatCommandOf = (request: CommandRequest, actor: string, { newId, now }: CommandSource): ChatCommand => {
  const definition: AnyRequestedRoomEvent = requestedRoomEvents[request.event]
  const { id = newId(), room: stream = id, body, directWith } = definition.commandContent(request)
  const names =
    directWith === undefined ? { stream, id, body, digest: digestOf(actor, request.event, body) } : directNames(actor, directWith)
  return { v: 1, type: definition.command, user: actor, at: now(), ...names } as ChatCommand
}

/** The digest does not contain the acting user: the commands of both users of a direct chat are one command. */
const directNames = (actor: string, other: string): Pick<CreateChat, 'stream' | 'id' | 'body' | 'digest'> => {
  const id = directChatId(actor, other)
  const body = { name: '', users: pairOf(actor, other), direct: true } as const
  return { stream: id, id, body, digest: digestOf('', 'create-chat', body) }
}

/** The command of a request in the stream of its acting user. */
export const userCommandOf = (request: OwnRequest, actor: string, { newId, now }: CommandSource): UserCommand => {
  const definition: AnyRequestedUserEvent = userEvents[request.event]
  const { id = newId(), body } = definition.commandContent(request)
  const digest = digestOf(actor, request.event, body)
  return { v: 1, type: definition.command, stream: actor, id, body, digest, user: actor, at: now() } as UserCommand
}

/** The command that creates a user. */
export const createUserCommandOf = ({ externalUserId, name }: NamedUser, { newId, now }: CommandSource): Command => {
  const body = { externalUserId, ...(name === undefined ? {} : { name }) }
  const digest = digestOf('', 'create-user', body)
  return { v: 1, type: 'CreateUser', stream: externalUserId, id: newId(), digest, at: now(), body }
}
