import { batcher } from '../../../shared/runtime/async/batcher.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'

/** The present memberships of a user. */
export type MembershipLookup<Membership> = (user: string) => Promise<readonly Membership[]>

/** Reads the memberships of users, of each at most `most + 1`. */
export type ReadMemberships<Membership> = (
  users: readonly string[],
  most?: number,
) => Promise<ReadonlyMap<string, readonly Membership[]>>

/**
 * Reads the memberships of many users in one statement. The statement reads a
 * bounded number of rows for each user, so that a user with thousands of chats
 * does not delay the others; the memberships of such a user are then read in a
 * statement of their own, one user at a time.
 */
export const createMembershipLookup = <Membership>(
  read: ReadMemberships<Membership>,
  { lookupItems, lookupMemberships }: Pick<Bounds, 'lookupItems' | 'lookupMemberships'>,
): MembershipLookup<Membership> => {
  const together = batcher<string, readonly Membership[]>({
    maxItems: lookupItems,
    run: async (users) => {
      const found = await read([...new Set(users)], lookupMemberships)
      return users.map((user) => found.get(user) ?? [])
    },
  })
  const apart = batcher<string, readonly Membership[]>({
    maxItems: 1,
    run: async (users) => {
      const found = await read(users)
      return users.map((user) => found.get(user) ?? [])
    },
  })
  return async (user) => {
    const memberships = await together(user)
    return memberships.length > lookupMemberships ? apart(user) : memberships
  }
}
