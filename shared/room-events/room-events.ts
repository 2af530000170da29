import type { CreateUser } from '../domain/commands.ts'
import type { UserCreated } from '../domain/events.ts'
import type { Rejection } from '../domain/rejections.ts'
import type { UserCommand, UserOwnEvent } from '../user-events/user-events.ts'
import { addUsers } from './add-users.ts'
import { createChat } from './create-chat.ts'
import { deleteMessage } from './delete-message.ts'
import { editMessage } from './edit-message.ts'
import { erase } from './erase.ts'
import { newMessage } from './new-message.ts'
import { removeUsers } from './remove-users.ts'
import type { AnyRequestedRoomEvent, AnyRoomEvent } from './room-event.ts'
import { setPin } from './set-pin.ts'
import { setReaction } from './set-reaction.ts'
import { updateChat } from './update-chat.ts'
import { updateMembers } from './update-members.ts'

/** The room events that clients request, by name on the wire. To add one, write its file and add a line here. */
export const requestedRoomEvents = {
  'create-chat': createChat,
  'new-message': newMessage,
  'add-users': addUsers,
  'remove-users': removeUsers,
  'edit-message': editMessage,
  'delete-message': deleteMessage,
  'set-reaction': setReaction,
  'set-pin': setPin,
  'update-chat': updateChat,
  'update-members': updateMembers,
} as const satisfies Readonly<Record<string, AnyRequestedRoomEvent>>

/** The room events without a request: only the operator causes them, by `admin`. */
const operatorRoomEvents = { erase } as const satisfies Readonly<Record<string, AnyRoomEvent>>

/** All room events, by name on the wire. */
export const roomEvents = { ...requestedRoomEvents, ...operatorRoomEvents } as const

type RoomEvents = typeof roomEvents

/** The name of a room event on the wire. */
export type RoomEventName = keyof RoomEvents
/** The name of a room event that clients request. */
export type RequestedRoomEventName = keyof typeof requestedRoomEvents
export type RoomEventOf<Name extends RoomEventName> = RoomEvents[Name]

/** The commands that are decided in a room's order. */
export type ChatCommand = { [Name in RoomEventName]: Parameters<RoomEvents[Name]['decide']>[0] }[RoomEventName]
/** The events of rooms. */
export type ChatEvent = Exclude<{ [Name in RoomEventName]: ReturnType<RoomEvents[Name]['decide']> }[RoomEventName], Rejection>

/** All commands: those of rooms, and those of users. */
export type Command = ChatCommand | UserCommand | CreateUser
/** All events: those of rooms, and those of users. */
export type DomainEvent = ChatEvent | UserOwnEvent | UserCreated

export const roomEventNames = Object.keys(roomEvents) as readonly RoomEventName[]
export const requestedRoomEventNames = Object.keys(requestedRoomEvents) as readonly RequestedRoomEventName[]

/** The same events as a list, for code that handles all room events in the same way. */
export const allRoomEvents: readonly AnyRoomEvent[] = Object.values(roomEvents)

/** Those that clients request. */
export const allRequestedRoomEvents: readonly AnyRequestedRoomEvent[] = Object.values(requestedRoomEvents)
