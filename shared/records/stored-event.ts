import type { NewEvent, StoredEvent } from '../ports/event-store.ts'
import { roomEventOfType } from '../room-events/find-room-event.ts'
import type { MembershipEffect } from '../room-events/membership-effect.ts'
import { allUserEvents } from '../user-events/user-events.ts'

/** The stored types of the events that are not of a room, and their names on the wire. */
const userNames: ReadonlyMap<string, string> = new Map([
  ['UserCreated', 'create-user'],
  ...allUserEvents.map(({ event, name }) => [event, name] as const),
])

const ofUsers: ReadonlySet<string> = new Set(userNames.values())

/** Whether the events with this name on the wire belong to a user's own stream, not to a room. */
export const isUserEventName = (name: string): boolean => ofUsers.has(name)

/** Whether an event of this stored type belongs to a room. */
export const isRoomEvent = ({ type }: Pick<StoredEvent, 'type'>): boolean => !userNames.has(type)

/**
 * Name and membership of a stored event. Rows of versions that did not store
 * them have one of the types that this version knows. For an event of a later
 * version, the stored values apply.
 */
export const storedNames = (
  type: string,
  stored: { readonly name: string | null; readonly membership: MembershipEffect | null },
): Pick<StoredEvent, 'name' | 'membership'> => {
  const known = roomEventOfType(type)
  const fallback = userNames.get(type) ?? type
  return {
    name: known?.name ?? stored.name ?? fallback,
    membership: known?.membership ?? stored.membership ?? 'none',
  }
}

/** An event of this version as it is to be stored. */
export const toStored = ({ event, data }: NewEvent): StoredEvent => {
  const { stream, seq, type, commandId, digest } = event
  return { v: 1, stream, seq, type, ...storedNames(type, { name: null, membership: null }), data, commandId, digest }
}
