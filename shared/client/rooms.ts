import type { Chat, Membership, Message } from '../domain/events.ts'
import type { RoomEventName } from '../room-events/room-events.ts'
import type { ChatEvents } from './chat-events.ts'
import type { FeedFrame } from './frames.ts'
import type { Listeners } from './listeners.ts'

/**
 * One room's place. *following*: the next frame goes to the application.
 * *held*: the application does not know the chat yet. *filling*: what was
 * missed is read from history. In these two, frames are only remembered by
 * their seq; they are asked for again. *left*: over, until added again.
 */
interface Place {
  /** The last seq that the application was given. */
  last: number
  /** The highest seq heard of. */
  heard: number
  state: 'following' | 'held' | 'filling' | 'left'
  /** The application knows the chat. */
  isTold: boolean
}

/**
 * Turns frames into events: each room's from one place on, in order, each
 * once, none left out.
 */
export interface Rooms {
  hear(frame: FeedFrame): void
  /** The rooms that are followed, and the last seq of each. */
  following(): readonly (readonly [room: string, last: number])[]
  /** Those whose chat is to be looked up. */
  held(): readonly string[]
  isFollowed(room: string): boolean
  lastOf(room: string): number
  /** The service goes on with this room from here; it is a new one, if it is not known. */
  goesOn(room: string, seq: number): void
  /** The chat of a held room was found; it is told, and what was held back is asked for. */
  introduce(chat: Chat): void
  startFilling(room: string): void
  isFilling(room: string): boolean
  /** One message of a hole, as history has it. */
  fill(room: string, message: Message & { readonly seq: number }): void
  /** The hole is filled up to here; its membership events are made good by telling the chat again. */
  filled(room: string, seq: number): void
  reset(room: string, seq: number, reason: 'ahead' | 'epoch'): void
  leave(room: string): void
  /** The connection is gone: what was being filled is not. */
  disconnected(): void
}

export interface RoomsPorts {
  readonly me: () => string
  readonly emit: Listeners<ChatEvents>['emit']
  /** Frames are missing: they are to be asked for. */
  readonly lacks: (room: string) => void
}

const bodyOf = <Body>(frame: FeedFrame): Body => frame.body as unknown as Body

export const createRooms = ({ me, emit, lacks }: RoomsPorts): Rooms => {
  const places = new Map<string, Place>()

  const hold = (room: string, last: number, heard: number): void =>
    void places.set(room, { last, heard, state: 'held', isTold: false })

  const changeMembers = (frame: FeedFrame, change: 'added' | 'removed'): void => {
    const { room, seq } = frame
    const body = bodyOf<Membership>(frame)
    emit('members', { ...body, room, seq, change })
    if (change === 'removed' && body.users.includes(me())) leave(room, 'removed')
  }

  /** Reports each event of a followed room to the application. A new event of rooms needs an entry here. */
  const reports: Readonly<Record<RoomEventName, (frame: FeedFrame) => void>> = {
    'create-chat': () => undefined,
    'new-message': (frame) => emit('message', { ...bodyOf<Message>(frame), room: frame.room, seq: frame.seq }),
    'add-users': (frame) => changeMembers(frame, 'added'),
    'remove-users': (frame) => changeMembers(frame, 'removed'),
  }

  /** The seq of an event of a later version counts; the event itself is not reported. */
  const apply = (frame: FeedFrame, at: Place): void => {
    at.last = frame.seq
    if (Object.hasOwn(reports, frame.event)) reports[frame.event as RoomEventName](frame)
  }

  const leave = (room: string, reason: 'removed' | 'forbidden'): void => {
    const at = places.get(room)
    if (at === undefined || at.state === 'left') return
    at.state = 'left'
    if (at.isTold) emit('left', { room, reason })
  }

  /** The first frame of a room, or of a new time in it. */
  const meet = (frame: FeedFrame): void => {
    const { room, seq, event } = frame
    if (event === 'create-chat') {
      places.set(room, { last: seq, heard: seq, state: 'following', isTold: true })
      return emit('chat', { ...bodyOf<{ chat: Chat }>(frame).chat, seq })
    }
    const joins = event === 'add-users' && bodyOf<Membership>(frame).users.includes(me())
    hold(room, joins ? seq : seq - 1, seq)
    lacks(room)
  }

  const rooms: Rooms = {
    hear: (frame) => {
      const { room, seq } = frame
      const at = places.get(room)
      if (at !== undefined && seq <= at.last) return
      if (at === undefined || at.state === 'left') return meet(frame)
      at.heard = Math.max(at.heard, seq)
      if (at.state !== 'following') return
      if (seq === at.last + 1) apply(frame, at)
      else lacks(room)
    },
    following: () =>
      [...places].filter(([, { state }]) => state === 'following').map(([room, { last }]) => [room, last] as const),
    held: () => [...places].filter(([, { state }]) => state === 'held').map(([room]) => room),
    isFollowed: (room) => places.get(room)?.state === 'following',
    isFilling: (room) => places.get(room)?.state === 'filling',
    lastOf: (room) => places.get(room)?.last ?? 0,
    goesOn: (room, seq) => {
      const at = places.get(room)
      if (at === undefined || at.state === 'left') return hold(room, seq, seq)
      at.heard = Math.max(at.heard, seq)
      if (seq !== at.last) lacks(room)
    },
    introduce: (chat) => {
      const at = places.get(chat.id)
      if (at?.state !== 'held') return
      at.state = 'following'
      at.isTold = true
      emit('chat', { ...chat, seq: at.last })
      if (at.heard > at.last) lacks(chat.id)
    },
    startFilling: (room) => {
      const at = places.get(room)
      if (at?.state === 'following') at.state = 'filling'
    },
    fill: (room, message) => {
      const at = places.get(room)
      if (at?.state !== 'filling' || message.seq <= at.last) return
      at.last = message.seq
      emit('message', { ...message, room })
    },
    filled: (room, seq) => {
      const at = places.get(room)
      if (at?.state !== 'filling') return
      at.last = Math.max(at.last, seq)
      at.state = 'held'
    },
    reset: (room, seq, reason) => {
      const at = places.get(room)
      if (at === undefined || at.state === 'left') return
      Object.assign(at, { last: seq, heard: seq, state: 'held' })
      emit('reset', { room, seq, reason })
    },
    leave: (room) => leave(room, 'forbidden'),
    disconnected: () => {
      for (const at of places.values()) if (at.state === 'filling') at.state = 'following'
    },
  }
  return rooms
}
