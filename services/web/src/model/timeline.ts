import type { MembersChange, RoomMessage } from '../../../../shared/client/chat-events.ts'

/** An entry of a room's history: a message or a change of members. */
export type TimelineEntry =
  | { readonly kind: 'message'; readonly seq: number; readonly at: string; readonly message: RoomMessage }
  | { readonly kind: 'members'; readonly seq: number; readonly at: string; readonly change: MembersChange }

export const messageEntry = (message: RoomMessage): TimelineEntry => ({
  kind: 'message',
  seq: message.seq,
  at: message.created_at,
  message,
})

export const membersEntry = (change: MembersChange): TimelineEntry => ({
  kind: 'members',
  seq: change.seq,
  at: change.created_at,
  change,
})

const areAfter = (seq: number, entries: readonly TimelineEntry[]): boolean =>
  entries.every((entry, index) => entry.seq > (entries[index - 1]?.seq ?? seq))

/** Merges known and found entries by seq, each seq once. */
export const merge = (known: readonly TimelineEntry[], found: readonly TimelineEntry[]): readonly TimelineEntry[] => {
  if (found.length > 0 && areAfter(known.at(-1)?.seq ?? 0, found)) return [...known, ...found]
  const bySeq = new Map([...found, ...known].map((entry) => [entry.seq, entry]))
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}
