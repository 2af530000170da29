import type { Clock } from '../../../shared/ports/clock.ts'
import type { FanOut } from '../../../shared/ports/fan-out.ts'
import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import type { Rates } from '../../../shared/runtime/config/rates.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import { TokenBucket } from '../limits/token-bucket.ts'
import type { SessionRooms } from '../rooms/session-rooms.ts'
import type { SendQueue } from '../send-queue/send-queue.ts'
import type { OnDropped } from './drop-reason.ts'
import { createPresenceQuestions } from './presence.ts'
import type { RoomSizes } from './room-sizes.ts'
import type { Presence } from './session-watch.ts'
import { SessionWatch } from './session-watch.ts'
import { createVisibilityChecks } from './visibility.ts'
import { createWatchedRooms } from './watched-rooms.ts'
import { createWatchedUsers } from './watched-users.ts'

/** A bound session, as far as it watches. */
export interface WatchingSession {
  readonly rooms: SessionRooms
  readonly sendQueue: SendQueue
}

/** A watched room. `signals`: false if the room has too many members for `typing`. */
export interface WatchedRoomState {
  readonly signals: boolean
  readonly typing: readonly string[]
}

/** What the sessions of this gateway watch. */
export interface Watches {
  /** The watch of a session; it watches nothing at first. */
  of(session: WatchingSession): SessionWatch
  /** Replaces the rooms of a watch. Omits those that the session does not follow. Rejects with `StoreError`. */
  setRooms(session: WatchingSession, rooms: readonly string[]): Promise<ReadonlyMap<string, WatchedRoomState>>
  /** Replaces the users of a watch; the caller has checked that the session may see them. Null: the presence is not known. */
  setUsers(session: WatchingSession, users: readonly string[]): Promise<ReadonlyMap<string, Presence>>
  /** Users were removed from a room: sessions that watch their presence, and their own sessions, may not see it any more. */
  removed(users: readonly string[]): void
  /** The session has ended. */
  ended(rooms: SessionRooms): void
  start(): void
  close(): void
}

/** The fan-out, the size of rooms, and the settings. */
export interface WatchesDeps {
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'publicationsDropped'>
  readonly times: Pick<Times, 'presenceAskMs' | 'sweepLeastMs'>
  readonly bounds: Pick<Bounds, 'sendQueueBytes'>
  readonly limits: Pick<ProtocolLimits, 'signalMembers'>
  readonly rates: Pick<Rates, 'sessionSignalsPerMinute' | 'sessionSignalsBurst'>
  readonly roomSize: RoomSizes
  /** Those of the users who share a chat with the viewer. Rejects with `StoreError`. */
  readonly visible: (users: readonly string[], viewer: string) => Promise<readonly string[]>
  readonly onDropped: OnDropped
}

/** Signals use a quarter of a send queue, so that they do not take the place of events. */
const queueShare = 1 / 4

export const createWatches = (deps: WatchesDeps): Watches => {
  const { fanOut, clock, metrics, times, bounds, limits, rates, roomSize, onDropped } = deps
  const sessions = new Map<SessionRooms, SessionWatch>()
  const rate = { perMinute: rates.sessionSignalsPerMinute, burst: rates.sessionSignalsBurst }
  const mostQueuedBytes = bounds.sendQueueBytes * queueShare
  let count = 0

  const watchedRooms = createWatchedRooms({ fanOut, clock, metrics, maxTyping: limits.signalMembers })
  const watchedUsers = createWatchedUsers({ fanOut, metrics, onPresenceHint: (user) => questions.hint(user) })
  const questions = createPresenceQuestions({
    fanOut,
    clock,
    watched: watchedUsers.users,
    onKnown: watchedUsers.setPresence,
    askMs: times.presenceAskMs,
  })

  const hide = (watch: SessionWatch, hidden: readonly string[]): void => {
    for (const user of hidden) {
      watch.report(user, null)
      watch.users.delete(user)
      watchedUsers.leave(user, watch)
    }
  }
  const visibility = createVisibilityChecks({ visible: deps.visible, onHidden: hide, clock, retryMs: times.sweepLeastMs })

  const of: Watches['of'] = ({ rooms, sendQueue }) => {
    const known = sessions.get(rooms)
    if (known !== undefined) return known
    count += 1
    const queue = { sendQueue, mostQueuedBytes, onDropped }
    const watch = new SessionWatch(String(count), rooms.user, new TokenBucket(rate, clock), queue)
    sessions.set(rooms, watch)
    return watch
  }

  const stateOf = async (room: string): Promise<WatchedRoomState> => {
    const signals = (await roomSize(room)) <= limits.signalMembers
    return { signals, typing: signals ? watchedRooms.typingIn(room) : [] }
  }

  const leaveRooms = (watch: SessionWatch, kept: ReadonlySet<string>): void => {
    for (const room of [...watch.rooms.keys()]) if (!kept.has(room)) watchedRooms.leave(room, watch)
  }

  const leaveUsers = (watch: SessionWatch, kept: ReadonlySet<string>): void => {
    for (const user of [...watch.users.keys()]) {
      if (kept.has(user)) continue
      watch.users.delete(user)
      watchedUsers.leave(user, watch)
    }
  }

  const presenceOf = (user: string): Presence => (fanOut.state === 'down' ? null : watchedUsers.presenceOf(user))

  return {
    of,
    setRooms: async (session, wanted) => {
      const watch = of(session)
      const followed = [...new Set(wanted)].flatMap((room) => session.rooms.follower(room) ?? [])
      leaveRooms(watch, new Set(followed.map(({ feed }) => feed.room)))
      const joined = followed.map((follower) => {
        watch.rooms.set(follower.feed.room, follower)
        return watchedRooms.join(follower.feed.room, watch)
      })
      await Promise.all([watchedUsers.joinOwn(watch), ...joined])
      const states = followed.map(async ({ feed }) => [feed.room, await stateOf(feed.room)] as const)
      return new Map(await Promise.all(states))
    },
    setUsers: async (session, users) => {
      const watch = of(session)
      leaveUsers(watch, new Set(users))
      const joined = users.map((user) => {
        if (!watch.users.has(user)) watch.users.set(user, undefined)
        return watchedUsers.join(user, watch)
      })
      await Promise.all(joined)
      await questions.ask(users.filter((user) => watchedUsers.presenceOf(user) === null))
      const known = users.map((user) => [user, presenceOf(user)] as const)
      for (const [user, online] of known) if (watch.users.has(user)) watch.users.set(user, online)
      return new Map(known)
    },
    removed: (users) => {
      for (const user of users) {
        for (const watch of watchedUsers.watchersOf(user)) visibility.check(watch, [user])
        for (const watch of watchedUsers.ownOf(user)) visibility.check(watch, watch.users.keys())
      }
    },
    ended: (rooms) => {
      const watch = sessions.get(rooms)
      if (watch === undefined) return
      sessions.delete(rooms)
      leaveRooms(watch, new Set())
      leaveUsers(watch, new Set())
      watchedUsers.leaveOwn(watch)
    },
    start: questions.start,
    close: () => {
      questions.stop()
      visibility.stop()
      watchedRooms.close()
      watchedUsers.close()
      sessions.clear()
    },
  }
}
