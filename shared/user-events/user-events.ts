import type { Rejection } from '../domain/rejections.ts'
import { eraseUser } from './erase-user.ts'
import { setBlock } from './set-block.ts'
import { updateUser } from './update-user.ts'
import type { AnyRequestedUserEvent, AnyUserEvent } from './user-event.ts'

/**
 * The events of a user's own stream after its creation that clients request, by name on the wire. To add one, write its file
 * and add a line here.
 */
export const userEvents = {
  'update-user': updateUser,
  'set-block': setBlock,
} as const satisfies Readonly<Record<string, AnyRequestedUserEvent>>

/** The events without a request: only the operator causes them, by `admin`. */
const operatorUserEvents = { 'erase-user': eraseUser } as const satisfies Readonly<Record<string, AnyUserEvent>>

type UserEvents = typeof userEvents

/** The name of a user event on the wire. */
export type UserEventName = keyof UserEvents
export type UserEventOf<Name extends UserEventName> = UserEvents[Name]

type AllUserEvents = UserEvents & typeof operatorUserEvents
type AnyName = keyof AllUserEvents

/** The commands that are decided in the order of a user's stream. */
export type UserCommand = { [Name in AnyName]: Parameters<AllUserEvents[Name]['decide']>[0] }[AnyName]
/** The events of users, except their creation. */
export type UserOwnEvent = Exclude<{ [Name in AnyName]: ReturnType<AllUserEvents[Name]['decide']> }[AnyName], Rejection>

export const userEventNames = Object.keys(userEvents) as readonly UserEventName[]

/** All events of a user's stream as a list, for code that handles all of them in the same way. */
export const allUserEvents: readonly AnyUserEvent[] = Object.values({ ...userEvents, ...operatorUserEvents })

/** Those that clients request. */
export const allRequestedUserEvents: readonly AnyRequestedUserEvent[] = Object.values(userEvents)
