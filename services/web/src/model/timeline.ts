import type { ChatUpdate, MembersChange, RolesChange, RoomMessage } from '../../../../shared/client/chat-events.ts'

/** A message in a room's history. */
export interface MessageEntry {
  readonly kind: 'message'
  readonly seq: number
  readonly at: string
  readonly message: RoomMessage
}

/** A change of a chat: of its members, of their roles, or of its name or rules. */
export type ChangeEntry =
  | { readonly kind: 'members'; readonly seq: number; readonly at: string; readonly change: MembersChange }
  | { readonly kind: 'roles'; readonly seq: number; readonly at: string; readonly change: RolesChange }
  | { readonly kind: 'updated'; readonly seq: number; readonly at: string; readonly change: ChatUpdate }

/** An entry of a room's history. */
export type TimelineEntry = MessageEntry | ChangeEntry

const entries = new WeakMap<RoomMessage, MessageEntry>()

/** The entry of a message; the same one each time, so that an unchanged row is not rendered again. */
export const messageEntry = (message: RoomMessage): MessageEntry => {
  const known = entries.get(message)
  if (known !== undefined) return known
  const entry: MessageEntry = { kind: 'message', seq: message.seq, at: message.created_at, message }
  entries.set(message, entry)
  return entry
}

export const membersEntry = (change: MembersChange): ChangeEntry => ({
  kind: 'members',
  seq: change.seq,
  at: change.created_at,
  change,
})

export const rolesEntry = (change: RolesChange): ChangeEntry => ({
  kind: 'roles',
  seq: change.seq,
  at: change.created_at,
  change,
})

export const updatedEntry = (change: ChatUpdate): ChangeEntry => ({
  kind: 'updated',
  seq: change.seq,
  at: change.created_at,
  change,
})

/** Joins messages and changes of members, both ascending in seq, into one ascending list. */
export const timelineOf = (messages: readonly RoomMessage[], changes: readonly TimelineEntry[]): readonly TimelineEntry[] => {
  const joined: TimelineEntry[] = []
  let next = 0
  for (const message of messages) {
    for (let change = changes[next]; change !== undefined && change.seq < message.seq; change = changes[next]) {
      joined.push(change)
      next += 1
    }
    joined.push(messageEntry(message))
  }
  return [...joined, ...changes.slice(next)]
}

/** The messages that follow the known ones; undefined if the list differs in another way. */
export const appendedTo = (known: readonly RoomMessage[], next: readonly RoomMessage[]): readonly RoomMessage[] | undefined =>
  known.every((message, index) => message === next[index]) ? next.slice(known.length) : undefined
