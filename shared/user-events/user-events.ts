import type { Rejection } from '../domain/rejections.ts'
import { setBlock } from './set-block.ts'
import { updateUser } from './update-user.ts'
import type { AnyUserEvent } from './user-event.ts'

/** All events of a user's own stream after its creation, by name on the wire. To add one, write its file and add a line here. */
export const userEvents = {
  'update-user': updateUser,
  'set-block': setBlock,
} as const satisfies Readonly<Record<string, AnyUserEvent>>

type UserEvents = typeof userEvents

/** The name of a user event on the wire. */
export type UserEventName = keyof UserEvents
export type UserEventOf<Name extends UserEventName> = UserEvents[Name]

/** The commands that are decided in the order of a user's stream. */
export type UserCommand = { [Name in UserEventName]: Parameters<UserEvents[Name]['decide']>[0] }[UserEventName]
/** The events of users, except their creation. */
export type UserOwnEvent = Exclude<{ [Name in UserEventName]: ReturnType<UserEvents[Name]['decide']> }[UserEventName], Rejection>

export const userEventNames = Object.keys(userEvents) as readonly UserEventName[]

/** The same events as a list, for code that handles all of them in the same way. */
export const allUserEvents: readonly AnyUserEvent[] = Object.values(userEvents)
