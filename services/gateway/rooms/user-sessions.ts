import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import type { FanOut, Subscription } from '../../../shared/ports/fan-out.ts'
import type { RoomMembership } from '../../../shared/ports/read-model.ts'
import type { MembershipNotice } from '../../../shared/records/publications.ts'
import { channels, readNotice } from '../../../shared/records/publications.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import type { Subscriber } from './subscriber.ts'

/** The part of a bound session that receives the notices and memberships of its user. */
export type UserSession = Pick<Subscriber, 'joinAt' | 'noteMembership' | 'applyMemberships' | 'followedDigest'>

/**
 * The sessions of each user on this gateway. Subscribes to the channel of each user that has sessions, and for some time
 * after the last one, in which a subscription to another channel shows that the user has left.
 */
export interface UserSessions {
  /** Resolves when the user's channel is subscribed to, or the fan-out is known to be down. */
  add(user: string, session: UserSession): Promise<void>
  remove(user: string, session: UserSession): void
  sessionsOf(user: string): Iterable<UserSession>
  /** Gives the user's sessions the memberships that the store has. */
  applyMemberships(user: string, memberships: readonly RoomMembership[]): void
  /**
   * Each user that has sessions, with the digest of the rooms that all of them follow, undefined if they differ;
   * includes users that are added during the iteration.
   */
  followedDigests(): Iterator<readonly [user: string, digest: string | undefined]>
  readonly size: number
  close(): void
}

interface UserEntry {
  /** Nearly always one. Replaced, never changed, so that it can be iterated while sessions are added and removed. */
  sessions: readonly UserSession[]
  readonly subscription: Subscription
  /** While the user has no session. */
  departure: Departure | undefined
}

/** The time from the last session of a user to the end of the subscription to the user's channel. */
interface Departure {
  /** To the channel that shows others that the user has left. */
  readonly subscription: Subscription
  readonly release: Timer
}

const endDeparture = (entry: UserEntry): void => {
  entry.departure?.release.cancel()
  entry.departure?.subscription.close()
  entry.departure = undefined
}

const commonDigest = (sessions: Iterable<UserSession>): string | undefined => {
  const digests = new Set<string | undefined>()
  for (const session of sessions) digests.add(session.followedDigest())
  const [first] = digests
  return digests.size === 1 ? first : undefined
}

export const createUserSessions = (deps: {
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly releaseMs: number
  readonly metrics: Metrics
  /** This gateway holds the user's channel from now on. */
  readonly onHeld: (user: string) => void
  /** This gateway does not hold the user's channel any more. */
  readonly onReleased: (user: string) => void
}): UserSessions => {
  const { fanOut, clock, releaseMs, metrics, onHeld, onReleased } = deps
  const users = new Map<string, UserEntry>()

  const passOn = (user: string, change: MembershipNotice): void => {
    for (const session of users.get(user)?.sessions ?? []) session.noteMembership(change.room, change.since)
  }

  const receive =
    (user: string) =>
    (payload: Buffer): void => {
      const change = readNotice(payload)
      if (change === undefined) metrics.publicationsDropped.inc({ reason: 'malformed' })
      else passOn(user, change)
    }

  const open = (user: string): UserEntry => {
    const entry: UserEntry = {
      sessions: [],
      subscription: fanOut.subscribe(channels.user(user), receive(user)),
      departure: undefined,
    }
    users.set(user, entry)
    void entry.subscription.ready.then(() => onHeld(user))
    return entry
  }

  const close = (user: string, entry: UserEntry): void => {
    users.delete(user)
    endDeparture(entry)
    entry.subscription.close()
    onReleased(user)
  }

  return {
    add: async (user, session) => {
      const entry = users.get(user) ?? open(user)
      endDeparture(entry)
      entry.sessions = entry.sessions.length === 0 ? [session] : [...entry.sessions, session]
      await entry.subscription.ready
    },
    remove: (user, session) => {
      const entry = users.get(user)
      if (entry === undefined) return
      entry.sessions = entry.sessions.filter((other) => other !== session)
      if (entry.sessions.length > 0) return
      const release = clock.after(releaseMs, () => close(user, entry))
      entry.departure = { subscription: fanOut.subscribe(channels.left(user), () => {}), release }
    },
    sessionsOf: (user) => users.get(user)?.sessions ?? [],
    applyMemberships: (user, memberships) => {
      for (const session of users.get(user)?.sessions ?? []) session.applyMemberships(memberships)
    },
    followedDigests: function* () {
      for (const [user, { sessions }] of users) if (sessions.length > 0) yield [user, commonDigest(sessions)]
    },
    get size() {
      return users.size
    },
    close: () => {
      for (const entry of users.values()) {
        endDeparture(entry)
        entry.subscription.close()
      }
      users.clear()
    },
  }
}
