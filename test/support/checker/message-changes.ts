import type { ListedParts } from './listed-parts.ts'

/** One change of a message: what an event of the room, at `seq`, has done to it. */
export type MessageChangeStep = { readonly seq: number } & (
  | { readonly kind: 'content'; readonly crc: number | undefined; readonly isDeletion: boolean }
  | { readonly kind: 'reaction'; readonly user: number; readonly reaction: string; readonly on: boolean }
  | { readonly kind: 'reply'; readonly added: 1 | -1 }
  | { readonly kind: 'pin'; readonly on: boolean }
)

/** A message as a list shows it. `content`: undefined if the posted content is the newest; its CRC may be unknown. */
export interface ShownMessage {
  readonly content: { readonly crc: number | undefined } | undefined
  readonly parts: ListedParts
}

/** The users of each reaction after these changes. */
export const usersByReaction = (changes: readonly MessageChangeStep[]): ReadonlyMap<string, ReadonlySet<number>> => {
  const users = new Map<string, Set<number>>()
  for (const change of changes) {
    if (change.kind !== 'reaction') continue
    const those = users.get(change.reaction) ?? new Set()
    users.set(change.reaction, those)
    if (change.on) those.add(change.user)
    else those.delete(change.user)
    if (those.size === 0) users.delete(change.reaction)
  }
  return users
}

const repliesAfter = (changes: readonly MessageChangeStep[]): ListedParts['replies'] => {
  const replies = changes.filter(({ kind }) => kind === 'reply') as readonly Extract<MessageChangeStep, { kind: 'reply' }>[]
  const last = replies.findLast(({ added }) => added > 0)
  return last === undefined ? undefined : { count: replies.reduce((sum, { added }) => sum + added, 0), last_seq: last.seq }
}

/** What a list shows to the user of a message after these changes. A deletion removes reactions and the pin. */
export const shownAfter = (changes: readonly MessageChangeStep[], user: number | undefined): ShownMessage => {
  const content = changes.findLast((change) => change.kind === 'content')
  const isDeleted = content?.isDeletion === true
  const users = isDeleted ? new Map<string, ReadonlySet<number>>() : usersByReaction(changes)
  const replies = repliesAfter(changes)
  const isPinned = !isDeleted && changes.findLast((change) => change.kind === 'pin')?.on === true
  const mine = [...users].filter(([, those]) => user !== undefined && those.has(user)).map(([reaction]) => reaction)
  const counts = [...users].map(([reaction, those]) => [reaction, those.size] as const)
  return {
    content,
    parts: {
      reactions: Object.fromEntries(counts),
      my_reactions: mine,
      ...(replies === undefined ? {} : { replies }),
      pinned: isPinned,
    },
  }
}
