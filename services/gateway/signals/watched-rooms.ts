import { roomNoticeFrame } from '../../../shared/frames/answer-frame.ts'
import type { Clock } from '../../../shared/ports/clock.ts'
import type { FanOut, Subscription } from '../../../shared/ports/fan-out.ts'
import { signalTtlMs } from '../../../shared/protocol/signal-level.ts'
import type { PublishedSignal, RoomSignal } from '../../../shared/records/signals.ts'
import { readRoomSignal, signalChannels } from '../../../shared/records/signals.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import { textFrame } from '../send-queue/framing.ts'
import { markerBody } from './marker-body.ts'
import type { SessionWatch } from './session-watch.ts'

/** The rooms that sessions of this gateway watch, each with one subscription to its signals. */
export interface WatchedRooms {
  /** Resolves when signals of the room are received, or the fan-out is known to be down. */
  join(room: string, watch: SessionWatch): Promise<void>
  leave(room: string, watch: SessionWatch): void
  /** The users who are typing, as far as this gateway knows: it knows only what it received while a session watched. */
  typingIn(room: string): readonly string[]
  readonly size: number
  close(): void
}

/** Where signals come from, and where malformed ones are counted. */
export interface WatchedRoomsDeps {
  readonly fanOut: Pick<FanOut, 'subscribe'>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly metrics: Pick<Metrics, 'publicationsDropped'>
  /** Users remembered as typing in one room. */
  readonly maxTyping: number
}

interface SubscribedRoom {
  readonly subscription: Subscription
  readonly watches: Set<SessionWatch>
  /** By user: the time at which its typing is over. */
  readonly typing: Map<string, number>
}

const signalFrame = (room: string, { user, kind, data }: PublishedSignal): Buffer =>
  textFrame(
    roomNoticeFrame('signal', room, { user_id: user, kind, ...(data === undefined ? {} : { data }), ttl_ms: signalTtlMs }),
  )

const isRecipient = ({ user, to }: PublishedSignal, watcher: string): boolean =>
  watcher !== user && (to === undefined || to.includes(watcher))

export const createWatchedRooms = ({ fanOut, clock, metrics, maxTyping }: WatchedRoomsDeps): WatchedRooms => {
  const rooms = new Map<string, SubscribedRoom>()

  const leave = (room: string, watch: SessionWatch): void => {
    const watched = rooms.get(room)
    watch.rooms.delete(room)
    if (watched?.watches.delete(watch) !== true || watched.watches.size > 0) return
    rooms.delete(room)
    watched.subscription.close()
  }

  const pushTo = (room: string, { watches }: SubscribedRoom, frame: Buffer, accepts: (user: string) => boolean): void => {
    for (const watch of [...watches]) {
      if (accepts(watch.user)) watch.pushInRoom(room, frame)
      // The user has left the room; a later membership does not continue the watch.
      if (watch.rooms.get(room)?.state === 'ended') leave(room, watch)
    }
  }

  const noteTyping = ({ typing }: SubscribedRoom, { user, kind, to }: PublishedSignal): void => {
    if (kind !== 'typing' || to !== undefined) return
    const nowMs = clock.monotonicMs()
    for (const [known, untilMs] of typing) if (untilMs <= nowMs) typing.delete(known)
    if (typing.has(user) || typing.size < maxTyping) typing.set(user, nowMs + signalTtlMs)
  }

  const apply = (room: string, watched: SubscribedRoom, received: RoomSignal): void => {
    if ('read' in received) {
      const frame = textFrame(roomNoticeFrame('read', room, markerBody(received.read)))
      return pushTo(room, watched, frame, (user) => user !== received.read.user)
    }
    const { signal } = received
    noteTyping(watched, signal)
    pushTo(room, watched, signalFrame(room, signal), (user) => isRecipient(signal, user))
  }

  const receive =
    (room: string) =>
    (payload: Buffer): void => {
      const watched = rooms.get(room)
      const received = readRoomSignal(payload)
      if (received === undefined) metrics.publicationsDropped.inc({ reason: 'malformed' })
      else if (watched !== undefined) apply(room, watched, received)
    }

  const open = (room: string): SubscribedRoom => {
    const subscription = fanOut.subscribe(signalChannels.room(room), receive(room))
    const watched: SubscribedRoom = { subscription, watches: new Set(), typing: new Map() }
    rooms.set(room, watched)
    return watched
  }

  return {
    join: (room, watch) => {
      const watched = rooms.get(room) ?? open(room)
      watched.watches.add(watch)
      return watched.subscription.ready
    },
    leave,
    typingIn: (room) => {
      const nowMs = clock.monotonicMs()
      return [...(rooms.get(room)?.typing ?? [])].flatMap(([user, untilMs]) => (untilMs > nowMs ? [user] : []))
    },
    get size() {
      return rooms.size
    },
    close: () => {
      for (const { subscription } of rooms.values()) subscription.close()
      rooms.clear()
    },
  }
}
