import { signalTtlMs, typingEveryMs } from '../protocol/signal-level.ts'
import type { CallOptions, ChatSettings, Person, SignalOptions, WatchState, WatchTarget } from './call-types.ts'
import { refusal } from './chat-error.ts'
import type { ChatEvents, MovedReadMarker, PresenceChange, Signal } from './chat-events.ts'
import type { ClientClock } from './client-clock.ts'
import type { FrameBody, ServerFrame } from './frames.ts'
import type { InternalRequestsDeps } from './internal-requests.ts'
import { createInternalRequests } from './internal-requests.ts'
import type { Link } from './link.ts'
import type { Listeners } from './listeners.ts'
import type { CreateRequest } from './outgoing-request.ts'
import { createProfileReads } from './profile-reads.ts'
import type { RequestScheduler } from './request-scheduler.ts'
import { createTypingUsers } from './typing-users.ts'

/** The signals of a client: what it watches, sends and receives. */
export interface Signals {
  watch(target: WatchTarget, options?: CallOptions): Promise<WatchState>
  typing(room: string): void
  signal(room: string, kind: string, options?: SignalOptions): Promise<boolean>
  /** A push of the service. */
  pushed(frame: ServerFrame): void
  connected(link: Link): void
  /** The service accepts other events than before. */
  featuresChanged(): void
  disconnected(): void
}

/** The parts of a client that signals use. */
export interface SignalsDeps extends InternalRequestsDeps {
  readonly clock: ClientClock
  readonly me: () => string
  readonly scheduler: RequestScheduler
  readonly request: CreateRequest
  readonly listeners: Listeners<ChatEvents>
  /** Whether the service accepts signals. */
  readonly isAccepted: () => boolean
  /** Reads users, as the call of the client. */
  readonly users: (ids: readonly string[]) => Promise<readonly Person[]>
}

export const createSignals = (deps: SignalsDeps): Signals => {
  const { clock, me, scheduler, request, listeners, isAccepted } = deps
  const typingUsers = createTypingUsers(clock, listeners.emit)
  const requests = createInternalRequests(deps)
  const profileChanged = createProfileReads(deps)
  let link: Link | undefined
  let watched: WatchTarget = {}
  /** The watched rooms, as far as the service knows the user as a member. */
  const watchedRooms = new Set<string>()
  let isWatching = false
  /** By user, as it was reported last. */
  let presence: Readonly<Record<string, boolean | null>> = {}
  /** As of the last watch. */
  let watchedUsers: WatchState['users'] = {}
  /** By room: when `typing` was sent last. */
  const typedAtMs = new Map<string, number>()

  const apply = (state: WatchState): void => {
    watchedRooms.clear()
    for (const room of Object.keys(state.rooms)) watchedRooms.add(room)
    typingUsers.keepOnly(watchedRooms)
    for (const [room, { typing }] of Object.entries(state.rooms)) typingUsers.replace(room, typing, signalTtlMs)
    watchedUsers = state.users
    presence = Object.fromEntries(Object.entries(state.users).map(([user, { online }]) => [user, online]))
  }

  /** After a reconnect, the application learns the changes by events, because it has made no call. */
  const applyAgain = (body: FrameBody): void => {
    const state = body as unknown as WatchState
    const [before, usersBefore] = [presence, watchedUsers]
    apply(state)
    for (const [user, { online, modified_at: at }] of Object.entries(state.users)) {
      if (before[user] !== online) listeners.emit('presence', { user_id: user, online })
      if (usersBefore[user]?.modified_at !== at) profileChanged(user)
    }
  }

  const received: Readonly<Record<string, (frame: ServerFrame) => void>> = {
    signal: ({ room = '', body }) => {
      const signal = { ...(body as unknown as Omit<Signal, 'room'>), room }
      if (signal.kind === 'typing') typingUsers.add(room, signal.user_id, signal.ttl_ms)
      listeners.emit('signal', signal)
    },
    presence: ({ body }) => {
      const change = body as unknown as PresenceChange
      presence = { ...presence, [change.user_id]: change.online }
      listeners.emit('presence', change)
    },
    profile: ({ body }) => profileChanged((body as { readonly user_id: string }).user_id),
    settings: ({ room = '', body }) => listeners.emit('settings', { ...(body as unknown as ChatSettings), room }),
    read: ({ room = '', body }) => listeners.emit('read', { ...(body as unknown as Omit<MovedReadMarker, 'room'>), room }),
  }

  const watchAgain = (): void => requests.ask(() => request('watch', watched), applyAgain)

  /** Watches on the present link; also without rooms and users, because the service reports the markers of other devices only then. */
  const begin = (): void => {
    if (link === undefined || isWatching || !isAccepted()) return
    isWatching = true
    watchAgain()
  }

  /** Sends a signal on the present link, or not at all. */
  const send = (room: string, body: object): Promise<boolean> =>
    new Promise((resolve, reject) => {
      if (link === undefined) return resolve(false)
      link.ask(request('signal', body, room), (outcome) => {
        if (outcome.kind === 'answered') return resolve(outcome.body.sent === true)
        if (outcome.kind === 'lost' || outcome.error.retryable) return resolve(false)
        reject(refusal(outcome.error))
      })
    })

  // With the message of a user, its typing is over; the next key of one's own is then reported at once.
  listeners.on('message', ({ room, user_id: user }) => {
    typingUsers.remove(room, user)
    if (user === me()) typedAtMs.delete(room)
  })

  // The watch of a room ends with the membership.
  listeners.on('left', ({ room }) => void watchedRooms.delete(room))
  listeners.on('chat', ({ id }) => {
    if (watched.rooms?.includes(id) === true && !watchedRooms.has(id)) watchAgain()
  })

  return {
    watch: async (target, call = {}) => {
      const body = { rooms: target.rooms ?? [], users: target.users ?? [] }
      const answer = await scheduler.run(request('watch', body), { lane: 'watch', signal: call.signal })
      watched = body
      const state = answer as unknown as WatchState
      apply(state)
      return state
    },
    typing: (room) => {
      const nowMs = clock.monotonicMs()
      if (!isAccepted() || nowMs - (typedAtMs.get(room) ?? Number.NEGATIVE_INFINITY) < typingEveryMs) return
      typedAtMs.set(room, nowMs)
      send(room, { kind: 'typing' }).catch(() => undefined)
    },
    signal: (room, kind, options = {}) => send(room, { kind, ...options }),
    pushed: (frame) => {
      if (frame.body !== undefined && Object.hasOwn(received, frame.event)) received[frame.event]?.(frame)
    },
    connected: (next) => {
      link = next
      isWatching = false
      requests.connected(next)
      begin()
    },
    featuresChanged: begin,
    disconnected: () => {
      link = undefined
      requests.disconnected()
    },
  }
}
