import type { AnyUserEvent } from './user-event.ts'
import type { UserCommand, UserOwnEvent } from './user-events.ts'
import { allUserEvents } from './user-events.ts'

const byCommand = new Map(allUserEvents.map((event) => [event.command, event]))
const byType = new Map(allUserEvents.map((event) => [event.event, event]))

/** The event whose command has this type; throws if there is none, because the codec reads no other commands. */
export const userEventOfCommand = (type: string): AnyUserEvent => {
  const found = byCommand.get(type)
  if (found === undefined) throw new Error(`no user event has the command ${type}`)
  return found
}

/** Whether an event is one of a user's stream after its creation. */
export const isUserEvent = (event: { readonly type: string }): event is UserOwnEvent => byType.has(event.type)

/** Whether a command is decided in the order of a user's stream. */
export const isUserCommand = (command: { readonly type: string }): command is UserCommand => byCommand.has(command.type)
