import type { User } from '../domain/events.ts'
import { pipelineLevel } from '../protocol/feature-level.ts'
import { defaultFrameBytes } from '../protocol/limits.ts'
import { createCatchUp } from './catch-up.ts'
import type { ConnectOptions, CoreClient } from './chat-client.ts'
import { ChatError } from './chat-error.ts'
import type { ChatEvents, ConnectionState } from './chat-events.ts'
import { realClock } from './client-clock.ts'
import { createClientMethods } from './client-methods.ts'
import { clientTimes } from './client-times.ts'
import { createConnector } from './connector.ts'
import { openLink } from './link.ts'
import { createListeners } from './listeners.ts'
import { newId } from './new-id.ts'
import { observe } from './observation.ts'
import { requestFactory } from './outgoing-request.ts'
import { createReadiness } from './readiness.ts'
import type { Fetch } from './refused-connection.ts'
import { refusalFinder } from './refused-connection.ts'
import { createRequestScheduler } from './request-scheduler.ts'
import { createRooms } from './rooms.ts'
import { createSignals } from './signals.ts'
import type { SocketConstructor } from './socket.ts'
import { socketUrl, subprotocols } from './socket.ts'
import { createTokenRefresh } from './token-refresh.ts'
import { tokenSource } from './token-source.ts'
import { createUnread } from './unread.ts'
import { createUnsent } from './unsent.ts'

const runtimeSocket = (): SocketConstructor => {
  const { WebSocket: own } = globalThis as { WebSocket?: SocketConstructor }
  if (own === undefined)
    throw new TypeError('connect: this runtime has no WebSocket; pass that of the package ws as options.WebSocket')
  return own
}

const runtimeFetch: Fetch = (url, options) => globalThis.fetch(url, options)

/** `connect` without the room handles (`client.room`), for a smaller bundle. */
export const connectCore = (address: string, options: ConnectOptions = {}): CoreClient => {
  const { user: who, signal, clock = realClock, random = Math.random, maxResumed = 1_000 } = options
  const { maxQueued = 1_000, maxFrameBytes = defaultFrameBytes, WebSocket = runtimeSocket() } = options
  const { fetch = runtimeFetch } = options
  const url = socketUrl(address)
  const times = { ...clientTimes, ...options.times }
  const tokens = tokenSource(options)
  const request = requestFactory()
  const listeners = createListeners<ChatEvents>()
  const readiness = createReadiness()
  let state: ConnectionState = { state: 'connecting' }
  let features: readonly string[] = []

  const setFeatures = (events: readonly string[]): void => {
    features = events
    listeners.emit('features', events)
  }

  const me = (): string => readiness.user?.id ?? ''
  const rooms = createRooms({ me, emit: listeners.emit, requestResume: (room) => catchUp.requestResume(room) })
  const catchUp = createCatchUp({
    ...{ rooms, me, request, clock, times, random },
    counted: (room, counts) => unread.counted(room, counts),
    maxFrames: maxResumed,
  })
  const scheduler = createRequestScheduler({ clock, times, random, maxQueued, maxFrameBytes, metrics: options.metrics })
  const isAccepted = (): boolean => features.includes('signal')
  const users: CoreClient['users'] = (ids) => methods.users(ids)
  const signals = createSignals({ clock, times, random, me, scheduler, request, listeners, isAccepted, users })
  const unsent = createUnsent(options.storage, who?.externalUserId)
  const isSupported = (): boolean => features.includes('mark-read')
  const unread = createUnread({ me, listeners, clock, times, isSupported, scheduler, request })
  const refresh = createTokenRefresh({ source: tokens, clock, times, random, request, nextId: newId })

  const connector = createConnector({
    clock,
    times,
    random,
    tokens,
    url,
    isOnlyTokenExpired: refresh.isOnlyTokenExpired,
    findRefusal: refusalFinder(url, fetch),
    open: (token, events) =>
      openLink({ socket: new WebSocket(url.href, subprotocols(token)), clock, times, ping: () => request('ping', {}), events }),
    bindRequest: () => request('create-user', { user: who, resume: catchUp.resumeBody() }),
    passed: (direction, text) => {
      if (listeners.has('frame')) listeners.emit('frame', { direction, text })
    },
    bound: (link, { id, body, token }) => {
      readiness.bound(body.user as User)
      setFeatures((body.features as readonly string[] | undefined) ?? [])
      catchUp.connected(link, id)
      refresh.connected(link, token)
      signals.connected(link)
      scheduler.connected(link, Number(body.level) >= pipelineLevel)
      sendUnsent(body.user as User)
    },
    feed: rooms.receive,
    reset: catchUp.reset,
    pushed: signals.pushed,
    features: (events) => {
      setFeatures(events)
      signals.featuresChanged()
    },
    lost: () => {
      catchUp.disconnected()
      refresh.disconnected()
      signals.disconnected()
      scheduler.disconnected()
    },
    state: (next) => {
      state = next
      listeners.emit('state', next)
    },
    ended: (error) => {
      readiness.ended(error)
      scheduler.end(error)
    },
  })

  const methods = createClientMethods({ url, scheduler, request, readiness, unsent, unread })
  const on: CoreClient['on'] = (name, listener, call = {}) => {
    const off = listeners.on(name, listener)
    call.signal?.addEventListener('abort', off, { once: true })
    return off
  }
  const sendUnsent = ({ externalUserId }: User): void => {
    for (const [to, message] of unsent.bound(externalUserId)) {
      methods.send(to, message).catch((error: unknown) => options.logger?.warn(`chat: unsent: ${String(error)}`))
    }
  }
  // A text that was deleted, for example on another device, is not kept.
  listeners.on('changed', ({ change, message }) => {
    if (change === 'deleted') unsent.remove({ id: message })
  })
  observe(listeners, options.logger, options.metrics)

  const close = (): void => {
    unread.flush()
    connector.end(new ChatError('closed', 'the client was closed'))
  }
  if (signal?.aborted === true) close()
  else signal?.addEventListener('abort', close, { once: true })
  connector.start()

  return {
    get user() {
      return readiness.user
    },
    get state() {
      return state
    },
    get features() {
      return features
    },
    ...methods,
    watch: signals.watch,
    typing: signals.typing,
    signal: signals.signal,
    unread: unread.of,
    ready: (call = {}) => readiness.wait(call.signal),
    on,
    wake: connector.wake,
    close,
  }
}
