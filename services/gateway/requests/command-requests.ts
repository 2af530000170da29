import type { RequestRef } from '../../../shared/frames/answer-frame.ts'
import type { CommandRequest, OwnRequest } from '../../../shared/records/command-of.ts'
import type { AnyRequestedRoomEvent } from '../../../shared/room-events/room-event.ts'
import { requestedRoomEvents } from '../../../shared/room-events/room-events.ts'
import { userEvents } from '../../../shared/user-events/user-events.ts'
import type { CommandName } from './attempts.ts'

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
