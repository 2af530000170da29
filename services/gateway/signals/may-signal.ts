import type { Role } from '../../../shared/domain/roles.ts'
import { roleName } from '../../../shared/domain/roles.ts'
import type { Clock } from '../../../shared/ports/clock.ts'
import type { MemberKey, SignalRoles } from '../../../shared/ports/read-model.ts'
import type { FollowedFeed, Follower } from '../rooms/subscriber.ts'

/** A follower, as far as its user sends signals. */
export type SignallingFollower = Pick<Follower, 'state' | 'feed'>

/** The rights to send signals, by the rules of chats and the roles of members. */
export interface SignalRights {
  /** The least role for signals, if the user has a lower one. Rejects with `StoreError`. */
  lackedRole(follower: SignallingFollower, user: string): Promise<Role | undefined>
  /** An event has passed that may have changed roles or rules. */
  changed(feed: Pick<FollowedFeed, 'followers'>): void
}

/** Reads roles, and the age up to which they are reused. */
export interface SignalRightsDeps {
  /** Undefined: not a member. */
  readonly read: (member: MemberKey) => Promise<SignalRoles | undefined>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly keepMs: number
}

/** Whether the user of a follower is a member, by what this gateway knows. */
export const isPresent = ({ state }: Pick<Follower, 'state'>): boolean => state === 'live'

interface CachedRoles {
  readonly roles: Promise<SignalRoles | undefined>
  readonly untilMs: number
}

/**
 * Remembers the roles of each follower for a time, so that signals cost no statement each. They are read again after an
 * event that may have changed them, and for the follower of a new socket: a client that has received such an event never
 * acts by the older roles. A failed read is not remembered.
 */
export const createSignalRights = ({ read, clock, keepMs }: SignalRightsDeps): SignalRights => {
  const known = new WeakMap<SignallingFollower, CachedRoles>()

  const rolesOf = (follower: SignallingFollower, user: string): Promise<SignalRoles | undefined> => {
    const nowMs = clock.monotonicMs()
    const before = known.get(follower)
    if (before !== undefined && nowMs < before.untilMs) return before.roles
    const entry: CachedRoles = { roles: read({ room: follower.feed.room, user }), untilMs: nowMs + keepMs }
    known.set(follower, entry)
    entry.roles.catch(() => {
      if (known.get(follower) === entry) known.delete(follower)
    })
    return entry.roles
  }

  return {
    lackedRole: async (follower, user) => {
      const roles = await rolesOf(follower, user)
      return roles !== undefined && roles.role < roles.needed ? roleName(roles.needed) : undefined
    },
    changed: ({ followers }) => {
      for (const follower of followers) known.delete(follower)
    },
  }
}
