import type { ReadModel, RoomMembership } from '../../../shared/ports/read-model.ts'
import { batcher } from '../../../shared/runtime/async/batcher.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'

/** The present memberships of a user. */
export type MembershipLookup = (user: string) => Promise<readonly RoomMembership[]>

/**
 * Reads the memberships of many users in one statement. The statement reads a
 * bounded number of rows for each user, so that a user with thousands of chats
 * does not delay the others; the memberships of such a user are then read in a
 * statement of their own, one user at a time.
 */
export const createMembershipLookup = (
  readModel: Pick<ReadModel, 'memberships'>,
  { lookupItems, lookupMemberships }: Pick<Bounds, 'lookupItems' | 'lookupMemberships'>,
): MembershipLookup => {
  const together = batcher<string, readonly RoomMembership[]>({
    maxItems: lookupItems,
    run: async (users) => {
      const found = await readModel.memberships([...new Set(users)], lookupMemberships)
      return users.map((user) => found.get(user) ?? [])
    },
  })
  const apart = batcher<string, readonly RoomMembership[]>({
    maxItems: 1,
    run: async (users) => {
      const found = await readModel.memberships(users)
      return users.map((user) => found.get(user) ?? [])
    },
  })
  return async (user) => {
    const memberships = await together(user)
    return memberships.length > lookupMemberships ? apart(user) : memberships
  }
}
