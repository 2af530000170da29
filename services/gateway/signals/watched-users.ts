import { noticeFrame, roomNoticeFrame } from '../../../shared/frames/answer-frame.ts'
import type { FanOut, Subscription } from '../../../shared/ports/fan-out.ts'
import type { ChangedSettings, MovedMarker } from '../../../shared/records/signals.ts'
import { readUserSignal, signalChannels } from '../../../shared/records/signals.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import { textFrame } from '../send-queue/framing.ts'
import { markerBody } from './marker-body.ts'
import type { Presence, SessionWatch } from './session-watch.ts'
import { settingsBody } from './settings-body.ts'

/**
 * The users whose signals sessions of this gateway receive, each with one
 * subscription: the presence and changed profiles of others, and the markers,
 * the settings and the profile that other devices of the own user change.
 */
export interface WatchedUsers {
  /** Reports the presence of the user. Resolves when its signals are received, or the fan-out is known to be down. */
  join(user: string, watch: SessionWatch): Promise<void>
  leave(user: string, watch: SessionWatch): void
  /** The same for the markers, the settings and the profile of the session's own user. */
  joinOwn(watch: SessionWatch): Promise<void>
  leaveOwn(watch: SessionWatch): void
  /** Sets the presence of a user, and reports it to the sessions that watch the user. */
  setPresence(user: string, online: Presence): void
  /** Null: not known. */
  presenceOf(user: string): Presence
  /** The users whose presence is watched. */
  users(): readonly string[]
  /** The sessions that watch the presence of the user. */
  watchersOf(user: string): Iterable<SessionWatch>
  /** The sessions of the user itself that watch anything. */
  ownOf(user: string): Iterable<SessionWatch>
  readonly size: number
  close(): void
}

/** Where signals come from, and where malformed ones are counted. */
export interface WatchedUsersDeps {
  readonly fanOut: Pick<FanOut, 'subscribe'>
  readonly metrics: Pick<Metrics, 'publicationsDropped'>
  /** The presence of the user may have changed. */
  readonly onPresenceHint: (user: string) => void
}

interface SubscribedUser {
  readonly subscription: Subscription
  /** Of other users. */
  readonly watches: Set<SessionWatch>
  /** Of the user itself. */
  readonly own: Set<SessionWatch>
  online: Presence
}

export const createWatchedUsers = ({ fanOut, metrics, onPresenceHint }: WatchedUsersDeps): WatchedUsers => {
  const users = new Map<string, SubscribedUser>()

  const pushRead = (user: string, marker: MovedMarker): void => {
    const frame = textFrame(roomNoticeFrame('read', marker.room, markerBody(marker)))
    for (const watch of users.get(user)?.own ?? []) watch.push(frame)
  }

  const pushSettings = (user: string, { room, ...settings }: ChangedSettings): void => {
    const frame = textFrame(roomNoticeFrame('settings', room, settingsBody(settings)))
    for (const watch of users.get(user)?.own ?? []) watch.push(frame)
  }

  const pushProfile = (user: string): void => {
    const { watches, own } = users.get(user) ?? {}
    const frame = textFrame(noticeFrame('profile', { user_id: user }))
    // A session may watch its own user.
    for (const watch of new Set([...(watches ?? []), ...(own ?? [])])) watch.push(frame)
  }

  const receive =
    (user: string) =>
    (payload: Buffer): void => {
      const received = readUserSignal(payload)
      if (received === undefined) metrics.publicationsDropped.inc({ reason: 'malformed' })
      else if ('presence' in received) onPresenceHint(user)
      else if ('profile' in received) pushProfile(user)
      else if ('settings' in received) pushSettings(user, received.settings)
      else pushRead(user, received.read)
    }

  const open = (user: string): SubscribedUser => {
    const subscription = fanOut.subscribe(signalChannels.user(user), receive(user))
    const watched: SubscribedUser = { subscription, watches: new Set(), own: new Set(), online: null }
    users.set(user, watched)
    return watched
  }

  const join = (user: string, set: 'watches' | 'own', watch: SessionWatch): Promise<void> => {
    const watched = users.get(user) ?? open(user)
    watched[set].add(watch)
    return watched.subscription.ready
  }

  const leave = (user: string, set: 'watches' | 'own', watch: SessionWatch): void => {
    const watched = users.get(user)
    if (watched?.[set].delete(watch) !== true || watched.watches.size + watched.own.size > 0) return
    users.delete(user)
    watched.subscription.close()
  }

  return {
    join: (user, watch) => join(user, 'watches', watch),
    leave: (user, watch) => leave(user, 'watches', watch),
    joinOwn: (watch) => join(watch.user, 'own', watch),
    leaveOwn: (watch) => leave(watch.user, 'own', watch),
    setPresence: (user, online) => {
      const watched = users.get(user)
      if (watched === undefined) return
      watched.online = online
      for (const watch of watched.watches) watch.report(user, online)
    },
    presenceOf: (user) => users.get(user)?.online ?? null,
    users: () => [...users].flatMap(([user, { watches }]) => (watches.size > 0 ? [user] : [])),
    watchersOf: (user) => users.get(user)?.watches ?? [],
    ownOf: (user) => users.get(user)?.own ?? [],
    get size() {
      return users.size
    },
    close: () => {
      for (const { subscription } of users.values()) subscription.close()
      users.clear()
    },
  }
}
