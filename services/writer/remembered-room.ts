import type { ChatState } from '../../shared/domain/chat.ts'
import { noChat } from '../../shared/domain/chat.ts'
import type { ReadSet, Snapshot } from '../../shared/ports/event-store.ts'

/** A room as of its last known event; a room that does not exist has seq 0. Immutable. */
export interface RememberedRoom {
  readonly state: ChatState
  /** The users whose membership is known; the members among them are in `state.members`. */
  readonly users: ReadonlySet<string>
}

/** The users whose membership the read set asks for, by room. */
export const usersByRoom = ({ rooms, members }: ReadSet): ReadonlyMap<string, ReadonlySet<string>> => {
  const users = new Map(rooms.map((room) => [room, new Set<string>()]))
  for (const { room, user } of members) users.get(room)?.add(user)
  return users
}

/** Whether the remembered room covers the membership of all these users. */
export const coversUsers = (remembered: RememberedRoom | undefined, users: ReadonlySet<string>): boolean =>
  remembered !== undefined && users.isSubsetOf(remembered.users)

/**
 * The room as read for these users. Memberships that were known before are added only if the head is the same, because
 * then both describe the same state.
 */
export const mergeRead = (
  room: string,
  users: ReadonlySet<string>,
  { chats }: Snapshot,
  before: RememberedRoom | undefined,
): RememberedRoom => {
  const state = chats.get(room) ?? noChat
  if (before === undefined || before.state.seq !== state.seq) return { state, users }
  const roles = new Map([...before.state.roles, ...state.roles])
  return { state: { ...state, members: state.members.union(before.state.members), roles }, users: users.union(before.users) }
}

/** The room after a batch, without the fields that are filled in for one batch only. */
export const roomAfterBatch = ({ state, users }: RememberedRoom, after = state): RememberedRoom => ({
  state: {
    ...after,
    knownUsers: noChat.knownUsers,
    chatCounts: noChat.chatCounts,
    blocks: noChat.blocks,
    messages: noChat.messages,
    pins: noChat.pins,
    owners: noChat.owners,
  },
  users: after.members.isSubsetOf(users) ? users : users.union(after.members),
})
