import { hash } from 'node:crypto'
import { pairOf } from '../../../shared/domain/direct-chat.ts'
import type { RequestRef } from '../../../shared/frames/answer-frame.ts'
import type { RequestOf } from '../../../shared/protocol/requests.ts'
import { directChatId } from '../../../shared/records/direct-chat-id.ts'
import type { CreateChat } from '../../../shared/room-events/create-chat.ts'
import type { AnyRequestedRoomEvent } from '../../../shared/room-events/room-event.ts'
import type { ChatCommand, Command, RequestedRoomEventName } from '../../../shared/room-events/room-events.ts'
import { requestedRoomEvents } from '../../../shared/room-events/room-events.ts'
import type { AnyRequestedUserEvent } from '../../../shared/user-events/user-event.ts'
import type { UserCommand, UserEventName } from '../../../shared/user-events/user-events.ts'
import { userEvents } from '../../../shared/user-events/user-events.ts'
import type { CommandName } from './attempts.ts'
import type { NamedCreateUser } from './claim-user.ts'

/** A request that becomes a command in a room. */
export type CommandRequest = RequestOf<RequestedRoomEventName>

/** A request that becomes a command in the stream of its acting user. */
export type OwnRequest = RequestOf<UserEventName>

/** The values that a gateway adds to a command. */
export interface CommandSource {
  /** A new command id. */
  readonly newId: () => string
  /** The present time, as ISO 8601 text. */
  readonly now: () => string
}

const isCommandRequest = (request: RequestRef): request is CommandRequest =>
  'body' in request && Object.hasOwn(requestedRoomEvents, request.event)

/** Whether a request becomes a command in the stream of its acting user. */
export const isOwnRequest = (request: RequestRef): request is OwnRequest => Object.hasOwn(userEvents, request.event)

/** The command of a request whose sender has given it an id. Undefined: it has given none, or no command was read. */
export const commandNameOf = (request: RequestRef): CommandName | undefined => {
  if (!isCommandRequest(request)) return undefined
  const definition: AnyRequestedRoomEvent = requestedRoomEvents[request.event]
  const { id, room = id } = definition.commandContent(request)
  return id === undefined || room === undefined ? undefined : { room, id }
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

/** The command that creates the user whom a `create-user` names. */
export const createUserCommandOf = (request: NamedCreateUser, { newId, now }: CommandSource): Command => {
  const { externalUserId, name } = request.body.user
  const body = { externalUserId, ...(name === undefined ? {} : { name }) }
  const digest = digestOf('', request.event, body)
  return { v: 1, type: 'CreateUser', stream: externalUserId, id: newId(), digest, at: now(), body }
}
