import type { Rejection } from './rejections.ts'
import { rejected } from './rejections.ts'

/** A block that a decision asks for: has `user` blocked `blocked`? */
export interface BlockPair {
  readonly user: string
  readonly blocked: string
}

/** Identifies a block in a set of blocks. */
export const blockKeyText = ({ user, blocked }: BlockPair): string => `${user} ${blocked}`

/** The blocks that would refuse the acting user to add these users. */
export const blocksAgainst = (actor: string, users: readonly string[]): readonly BlockPair[] =>
  users.map((user) => ({ user, blocked: actor }))

/**
 * Names the users who have blocked the acting user, so that it can leave them out. This reveals nothing more: adding one
 * user at a time shows the same.
 */
export const blockedBy = (actor: string, users: readonly string[], blocks: ReadonlySet<string>): Rejection | undefined => {
  const blockers = users.filter((user) => blocks.has(blockKeyText({ user, blocked: actor })))
  if (blockers.length === 0) return undefined
  return rejected('forbidden', 'some users have blocked the acting user', { action: 'add', users: blockers })
}

/** The rejection of a direct chat. It is the same for both users, and does not tell which of them has blocked the other. */
export const blockBetween = (one: string, other: string, blocks: ReadonlySet<string>): Rejection | undefined => {
  const pairs = [...blocksAgainst(one, [other]), ...blocksAgainst(other, [one])]
  if (!pairs.some((pair) => blocks.has(blockKeyText(pair)))) return undefined
  return rejected('forbidden', 'one of the two users has blocked the other', { action: 'direct' })
}
