import type { MembershipEffect } from './membership-effect.ts'
import type { AnyRequestedRoomEvent, AnyRoomEvent } from './room-event.ts'
import { allRequestedRoomEvents, allRoomEvents } from './room-events.ts'

const byName = new Map(allRoomEvents.map((event) => [event.name, event]))
const requestedByName = new Map(allRequestedRoomEvents.map((event) => [event.name, event]))
const byCommand = new Map(allRoomEvents.map((event) => [event.command, event]))
const byType = new Map(allRoomEvents.map((event) => [event.event, event]))

/** The event with this name on the wire. Undefined: an event of a later version. */
export const roomEventNamed = (name: string): AnyRoomEvent | undefined => byName.get(name)

/** The same of an event that clients request. */
export const requestedRoomEventNamed = (name: string): AnyRequestedRoomEvent | undefined => requestedByName.get(name)

/** The event whose command has this type; throws if there is none, because the codec reads no other commands. */
export const roomEventOfCommand = (type: string): AnyRoomEvent => {
  const found = byCommand.get(type)
  if (found === undefined) throw new Error(`no room event has the command ${type}`)
  return found
}

/** The event with this stored type. Undefined: an event of a later version, or one that is not of a room. */
export const roomEventOfType = (type: string): AnyRoomEvent | undefined => byType.get(type)

/** The effect of an event on the membership: from its definition; for an event of a later version, from its flag. */
export const membershipOf = (name: string, flag: MembershipEffect | undefined): MembershipEffect =>
  byName.get(name)?.membership ?? flag ?? 'none'
