import type { Chat, Membership, Message, MessageReplacement } from '../domain/events.ts'
import type { MessagesErased } from '../room-events/erase.ts'
import type { RoomEventName } from '../room-events/room-events.ts'
import type { ChatUpdated } from '../room-events/update-chat.ts'
import type { MembersUpdated } from '../room-events/update-members.ts'
import type { ChatEvents, PinChange, ReactionChange, RoomMessage } from './chat-events.ts'
import type { FeedFrame } from './frames.ts'
import type { Listeners } from './listeners.ts'

/**
 * The position of one room's feed. *following*: the next frame is emitted.
 * *awaiting-chat*: the chat is looked up, because the application does not know
 * it yet. *filling*: the missed messages are read from history. In these two,
 * only the seqs of frames are kept; the frames are requested again. *left*: the
 * membership has ended.
 */
interface Position {
  /** The last seq that was emitted. */
  last: number
  /** The highest seq that was received. */
  highest: number
  state: 'following' | 'awaiting-chat' | 'filling' | 'left'
  /** The application knows the chat. */
  isIntroduced: boolean
}

/** Turns frames into events: per room in order, each once, without a gap. */
export interface Rooms {
  receive(frame: FeedFrame): void
  /** The followed rooms, and the last seq of each. */
  following(): readonly (readonly [room: string, last: number])[]
  /** The rooms whose chat is to be looked up. */
  roomsToLookUp(): readonly string[]
  isFollowed(room: string): boolean
  lastOf(room: string): number
  /** The feed of this room continues after `seq`. An unknown room is new. */
  continueFrom(room: string, seq: number): void
  /** The chat of a room that awaits it was found: it is emitted, and the frames since are requested. */
  introduce(chat: Chat): void
  /** The frames up to `seq` are not repeated; the messages among them are read from history. */
  startFilling(room: string, seq: number): void
  isFilling(room: string): boolean
  /** A missed message, read from history. */
  fill(message: RoomMessage): void
  /** All missed messages up to `seq` were read. The chat is emitted again, instead of the membership events among them. */
  filled(room: string, seq: number): void
  reset(room: string, seq: number, reason: 'ahead' | 'epoch'): void
  leave(room: string): void
  /** The link closed, so reading from history has ended. */
  disconnected(): void
}

/** The parts of a client that the feeds of rooms use. */
export interface RoomsDeps {
  readonly me: () => string
  readonly emit: Listeners<ChatEvents>['emit']
  /** Requests the missing frames of a room. */
  readonly requestResume: (room: string) => void
}

const bodyOf = <Body>(frame: FeedFrame): Body => frame.body as unknown as Body

export const createRooms = ({ me, emit, requestResume }: RoomsDeps): Rooms => {
  const positions = new Map<string, Position>()

  const awaitChat = (room: string, last: number, highest: number): void =>
    void positions.set(room, { last, highest, state: 'awaiting-chat', isIntroduced: false })

  const changeMembers = (frame: FeedFrame, change: 'added' | 'removed'): void => {
    const { room, seq } = frame
    const body = bodyOf<Membership>(frame)
    emit('members', { ...body, room, seq, change })
    if (change === 'removed' && body.users.includes(me())) leave(room, 'removed')
  }

  const changeContent = (frame: FeedFrame, change: 'edited' | 'deleted'): void => {
    const { room, seq } = frame
    const { message: content, ...body } = bodyOf<MessageReplacement>(frame)
    emit('changed', { ...body, room, seq, change, message: content.id, content })
  }

  /** The membership of an erased user ends as if it had left. */
  const erased = (frame: FeedFrame): void => {
    const { room, seq } = frame
    const body = bodyOf<MessagesErased['body']>(frame)
    emit('erased', { ...body, room, seq })
    const { id, chat, users, user = '', created_at } = body
    if (users.length > 0) emit('members', { id, chat, users, user_id: user, created_at, room, seq, change: 'removed' })
    if (users.includes(me())) leave(room, 'removed')
  }

  /** Reports each event of a followed room to the application. A new room event needs an entry here. */
  const reports: Readonly<Record<RoomEventName, (frame: FeedFrame) => void>> = {
    'create-chat': () => undefined,
    'new-message': (frame) => emit('message', { ...bodyOf<Message>(frame), room: frame.room, seq: frame.seq }),
    'add-users': (frame) => changeMembers(frame, 'added'),
    'remove-users': (frame) => changeMembers(frame, 'removed'),
    'edit-message': (frame) => changeContent(frame, 'edited'),
    'delete-message': (frame) => changeContent(frame, 'deleted'),
    'set-reaction': (frame) =>
      emit('changed', { ...bodyOf<ReactionChange>(frame), room: frame.room, seq: frame.seq, change: 'reaction' }),
    'update-chat': (frame) => emit('updated', { ...bodyOf<ChatUpdated['body']>(frame), room: frame.room, seq: frame.seq }),
    'update-members': (frame) => emit('roles', { ...bodyOf<MembersUpdated['body']>(frame), room: frame.room, seq: frame.seq }),
    'set-pin': (frame) => emit('changed', { ...bodyOf<PinChange>(frame), room: frame.room, seq: frame.seq, change: 'pin' }),
    erase: erased,
  }

  /** The seq of an event of a later version counts; the event itself is not reported. */
  const apply = (frame: FeedFrame, at: Position): void => {
    at.last = frame.seq
    if (Object.hasOwn(reports, frame.event)) reports[frame.event as RoomEventName](frame)
  }

  const leave = (room: string, reason: 'removed' | 'forbidden'): void => {
    const at = positions.get(room)
    if (at === undefined || at.state === 'left') return
    at.state = 'left'
    if (at.isIntroduced) emit('left', { room, reason })
  }

  /** The first frame of a room, or of a new membership in it. */
  const onFirstFrame = (frame: FeedFrame): void => {
    const { room, seq, event } = frame
    if (event === 'create-chat') {
      positions.set(room, { last: seq, highest: seq, state: 'following', isIntroduced: true })
      const { chat, user_id: creator } = bodyOf<{ chat: Chat; user_id: string }>(frame)
      return emit('chat', { ...chat, seq, ...(creator === me() && !chat.direct ? { role: 'owner' } : {}) })
    }
    const joins = event === 'add-users' && bodyOf<Membership>(frame).users.includes(me())
    awaitChat(room, joins ? seq : seq - 1, seq)
    requestResume(room)
  }

  const rooms: Rooms = {
    receive: (frame) => {
      const { room, seq } = frame
      const at = positions.get(room)
      if (at !== undefined && seq <= at.last) return
      if (at === undefined || at.state === 'left') return onFirstFrame(frame)
      at.highest = Math.max(at.highest, seq)
      if (at.state !== 'following') return
      if (seq === at.last + 1) apply(frame, at)
      else requestResume(room)
    },
    following: () =>
      [...positions].filter(([, { state }]) => state === 'following').map(([room, { last }]) => [room, last] as const),
    roomsToLookUp: () => [...positions].filter(([, { state }]) => state === 'awaiting-chat').map(([room]) => room),
    isFollowed: (room) => positions.get(room)?.state === 'following',
    isFilling: (room) => positions.get(room)?.state === 'filling',
    lastOf: (room) => positions.get(room)?.last ?? 0,
    continueFrom: (room, seq) => {
      const at = positions.get(room)
      if (at === undefined || at.state === 'left') return awaitChat(room, seq, seq)
      at.highest = Math.max(at.highest, seq)
      if (seq !== at.last) requestResume(room)
    },
    introduce: (chat) => {
      const at = positions.get(chat.id)
      if (at?.state !== 'awaiting-chat') return
      at.state = 'following'
      at.isIntroduced = true
      emit('chat', { ...chat, seq: at.last })
      if (at.highest > at.last) requestResume(chat.id)
    },
    startFilling: (room, seq) => {
      const at = positions.get(room)
      if (at === undefined || at.state === 'left') return
      // The answer to a resume from before a reset: the frames are requested again once the chat is known.
      at.highest = Math.max(at.highest, seq)
      if (at.state !== 'following') return
      at.state = 'filling'
      emit('missed', { room, seq })
    },
    fill: (message) => {
      const at = positions.get(message.room)
      if (at?.state !== 'filling' || message.seq <= at.last) return
      at.last = message.seq
      emit('message', message)
    },
    filled: (room, seq) => {
      const at = positions.get(room)
      if (at?.state !== 'filling') return
      at.last = Math.max(at.last, seq)
      at.state = 'awaiting-chat'
    },
    reset: (room, seq, reason) => {
      const at = positions.get(room)
      if (at === undefined || at.state === 'left') return
      Object.assign(at, { last: seq, highest: seq, state: 'awaiting-chat' })
      emit('reset', { room, seq, reason })
    },
    leave: (room) => leave(room, 'forbidden'),
    disconnected: () => {
      for (const at of positions.values()) if (at.state === 'filling') at.state = 'following'
    },
  }
  return rooms
}
