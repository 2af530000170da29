import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import type { FanOut, Subscription } from '../../../shared/ports/fan-out.ts'
import type { HeldMembership } from '../../../shared/ports/read-model.ts'
import type { MembershipNotice } from '../../../shared/records/publications.ts'
import { channels, readNotice } from '../../../shared/records/publications.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import type { Joiner } from './room-feeds.ts'

/** A bound session, as the hub sees it. */
export interface UserSessionsSession extends Joiner {
  /** Of the rooms that it follows now (`roomsDigest`); undefined: some of them are not settled. */
  followed(): string | undefined
  /** A notice says that the user is a member of the room since that seq. Never ends a follower. */
  hint(room: string, since: number): void
  /** The store has exactly these memberships of the user. */
  compared(memberships: readonly HeldMembership[]): void
}

/** Which sessions of this gateway belong to which user; listens to each held user's topic. */
export interface UserSessions {
  /** Resolves when membership changes of this user are heard (or the fan-out is known to be down). */
  add(user: string, session: UserSessionsSession): Promise<void>
  remove(user: string, session: UserSessionsSession): void
  sessionsOf(user: string): Iterable<UserSessionsSession>
  /** Passes on to the user's sessions the memberships that the store has. */
  compared(user: string, memberships: readonly HeldMembership[]): void
  /**
   * Those who have sessions, each with what all its sessions follow, undefined if they differ; goes on with users
   * who are added meanwhile.
   */
  followed(): Iterator<readonly [user: string, followed: string | undefined]>
  readonly size: number
  close(): void
}

interface HeldUser {
  /** Hardly ever more than one; a list that is never changed may be gone through while sessions come and go. */
  sessions: readonly UserSessionsSession[]
  readonly subscription: Subscription
  release: Timer | undefined
}

const followedByAll = (sessions: Iterable<UserSessionsSession>): string | undefined => {
  const digests = new Set<string | undefined>()
  for (const session of sessions) digests.add(session.followed())
  const [first] = digests
  return digests.size === 1 ? first : undefined
}

export const createUserSessions = (ports: {
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly releaseMs: number
  readonly metrics: Metrics
}): UserSessions => {
  const { fanOut, clock, releaseMs, metrics } = ports
  const held = new Map<string, HeldUser>()

  const notice = (user: string, change: MembershipNotice): void => {
    for (const session of held.get(user)?.sessions ?? []) session.hint(change.room, change.since)
  }

  const hear =
    (user: string) =>
    (payload: Buffer): void => {
      const change = readNotice(payload)
      if (change === undefined) metrics.publicationsDropped.inc({ reason: 'malformed' })
      else notice(user, change)
    }

  const hold = (user: string): HeldUser => {
    const entry: HeldUser = {
      sessions: [],
      subscription: fanOut.subscribe(channels.user(user), hear(user)),
      release: undefined,
    }
    held.set(user, entry)
    return entry
  }

  return {
    add: async (user, session) => {
      const entry = held.get(user) ?? hold(user)
      entry.release?.cancel()
      entry.sessions = entry.sessions.length === 0 ? [session] : [...entry.sessions, session]
      await entry.subscription.ready
    },
    remove: (user, session) => {
      const entry = held.get(user)
      if (entry === undefined) return
      entry.sessions = entry.sessions.filter((other) => other !== session)
      if (entry.sessions.length > 0) return
      entry.release = clock.after(releaseMs, () => {
        held.delete(user)
        entry.subscription.close()
      })
    },
    sessionsOf: (user) => held.get(user)?.sessions ?? [],
    compared: (user, memberships) => {
      for (const session of held.get(user)?.sessions ?? []) session.compared(memberships)
    },
    followed: function* () {
      for (const [user, { sessions }] of held) if (sessions.length > 0) yield [user, followedByAll(sessions)]
    },
    get size() {
      return held.size
    },
    close: () => {
      for (const entry of held.values()) {
        entry.release?.cancel()
        entry.subscription.close()
      }
      held.clear()
    },
  }
}
