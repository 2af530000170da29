import type { Mentions } from '../domain/events.ts'
import type { ReadMarker } from '../domain/read-marker.ts'
import type { ChatEvents, RoomMessage } from './chat-events.ts'
import type { ClientClock, ClientTimer } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import { createDelivered } from './delivered.ts'
import type { Listeners } from './listeners.ts'
import type { CreateRequest } from './outgoing-request.ts'
import type { RequestScheduler } from './request-scheduler.ts'
import type { CountedUnread, RoomUnread } from './unread-state.ts'
import { UnreadState } from './unread-state.ts'

/** The unread messages of all rooms. */
export interface UnreadRooms {
  /** Undefined: not known, or not supported by the service. */
  of(room: string): RoomUnread | undefined
  /** Counts from a list or an answer. */
  counted(room: string, counts: CountedUnread): void
  /** Everything up to this seq is read, by default up to the last event. It is stored soon. */
  markRead(room: string, seq?: number): void
  /** This device has received everything up to this seq, by default up to the last event. It is stored soon, unless it is read before. */
  markDelivered(room: string, seq?: number): void
  /** The messages from this seq on are unread. */
  markUnread(room: string, seq: number): void
  /** Stores what waits, now. */
  flush(): void
}

/** The parts of a client that count unread messages. */
export interface UnreadDeps {
  readonly me: () => string
  readonly listeners: Listeners<ChatEvents>
  readonly clock: ClientClock
  readonly times: Pick<ClientTimes, 'markReadMs' | 'markDeliveredMs'>
  /** Whether the service stores markers. */
  readonly isSupported: () => boolean
  readonly scheduler: Pick<RequestScheduler, 'run'>
  readonly request: CreateRequest
}

interface MarkReadAnswer extends ReadMarker {
  readonly unread: number
  readonly mentions: number
  readonly as_of: number
}

const isMention = (mentions: Mentions | undefined, me: string): boolean => mentions === 'all' || mentions?.includes(me) === true

/** The marker that asks for the counts and moves nothing. */
const noMarker: ReadMarker = { seq: 0, gen: 0 }

export const createUnread = (deps: UnreadDeps): UnreadRooms => {
  const { me, listeners, clock, times, isSupported, scheduler, request } = deps
  const states = new Map<string, UnreadState>()
  /** Rooms with a marker to store, or counts to read again. */
  const timers = new Map<string, ClientTimer>()
  /** Rooms whose marker this client has moved since it was stored. */
  const moved = new Set<string>()

  const show = (room: string): RoomUnread | undefined => {
    const state = states.get(room)
    return state && { room, unread: state.unread, mentions: state.mentions, read: state.read }
  }

  /** Changes a state and emits it if it is another one afterwards. */
  const change = (room: string, act: (state: UnreadState) => void): void => {
    const state = states.get(room)
    if (state === undefined) return
    const before = JSON.stringify(show(room))
    act(state)
    emitIfOther(room, before)
  }

  const emitIfOther = (room: string, before: string | undefined): void => {
    const now = show(room)
    if (now !== undefined && JSON.stringify(now) !== before) listeners.emit('unread', now)
  }

  const counted = (room: string, counts: CountedUnread): void => {
    if (states.has(room)) return change(room, (state) => state.update(counts))
    states.set(room, new UnreadState(counts))
    emitIfOther(room, undefined)
  }

  /** A marker that is refused, or that is not answered when the client ends, is given up. */
  const store = async (room: string, { gen, seq }: ReadMarker, delivered?: number): Promise<void> => {
    try {
      const answer = await scheduler.run(request('mark-read', { seq, gen, delivered }, room), {})
      const { as_of: asOf, unread, mentions, ...read } = answer as unknown as MarkReadAnswer
      counted(room, { asOf, unread, mentions, read: { gen: read.gen, seq: read.seq } })
    } catch {
      // The next marker, or the next resume, corrects the counts.
    }
  }

  /** Trailing edge: the marker at the end of the interval is sent. */
  const storeLater = (room: string): void => {
    if (!isSupported() || timers.has(room)) return
    timers.set(
      room,
      clock.after(times.markReadMs, () => storeNow(room)),
    )
  }

  const storeNow = (room: string): void => {
    timers.get(room)?.cancel()
    timers.delete(room)
    const read = moved.delete(room) ? states.get(room)?.read : undefined
    void store(room, read ?? noMarker, delivered.take(room))
  }

  const delivered = createDelivered({
    clock,
    intervalMs: times.markDeliveredMs,
    isSeen: (room, seq) => seq <= (states.get(room)?.read.seq ?? seq),
    send: (room, seq) => void store(room, noMarker, seq),
  })

  const received = ({ room, seq, user_id: user, mentions }: RoomMessage): void =>
    change(room, (state) => {
      if (user === me()) state.readUpTo(seq)
      else state.arrive(seq, isMention(mentions, me()))
    })

  /** The service counts again, because the seq of the changed message is not known here. */
  const contentChanged = ({ room }: { readonly room: string }): void => {
    if ((states.get(room)?.unread ?? 0) > 0) storeLater(room)
  }

  /** Another device of the user has read. The service counts what is left, unless everything is read. */
  const readElsewhere = ({ room, user_id: user, seq, gen = 0 }: ChatEvents['read']): void => {
    const state = states.get(room)
    if (user !== me() || state === undefined) return
    // A later generation marks messages as unread: only the service can count them.
    if (gen > state.read.gen) return void store(room, noMarker)
    if (gen < state.read.gen || seq <= state.read.seq) return
    change(room, (known) => known.readUpTo(seq))
    if (seq < state.last) storeLater(room)
  }

  listeners.on('message', received)
  listeners.on('read', readElsewhere)
  listeners.on('changed', (event) => {
    if ('content' in event) contentChanged(event)
  })
  listeners.on('erased', contentChanged)
  listeners.on('left', ({ room }) => void states.delete(room))
  listeners.on('reset', ({ room }) => void states.delete(room))
  listeners.on('chat', ({ id, seq }) => {
    if (isSupported() && !states.has(id)) counted(id, { asOf: seq, unread: 0, mentions: 0, read: { gen: 0, seq } })
  })

  return {
    of: show,
    counted,
    markRead: (room, seq) => {
      const state = states.get(room)
      const upTo = seq ?? state?.last
      if (state === undefined || upTo === undefined || upTo <= state.read.seq) return
      change(room, (known) => known.readUpTo(upTo))
      moved.add(room)
      storeLater(room)
    },
    markDelivered: (room, seq) => {
      const upTo = seq ?? states.get(room)?.last
      if (isSupported() && upTo !== undefined) delivered.add(room, upTo)
    },
    markUnread: (room, seq) => {
      const state = states.get(room)
      if (state !== undefined && isSupported()) void store(room, { gen: state.read.gen + 1, seq: seq - 1 })
    },
    flush: () => {
      for (const room of [...timers.keys()]) storeNow(room)
    },
  }
}
