import { isErased } from '../domain/erasure.ts'
import type { Message } from '../domain/events.ts'
import type { ErasedRange, MessageChange, PinChange, ReactionChange, RoomMessage } from './chat-events.ts'

/**
 * The effect of a room event on one earlier message. `apply` returns the same
 * message if the event is part of it already, so an effect may be applied twice.
 */
export interface Effect {
  /** The id of the message. */
  readonly message: string
  apply(held: RoomMessage): RoomMessage
}

const withContent = ({ room, seq, reactions, my_reactions, replies, pinned }: RoomMessage, content: Message): RoomMessage => ({
  ...content,
  room,
  seq,
  ...(replies && { replies }),
  // A tombstone has no reactions and no pin.
  ...(content.deleted !== true && {
    ...(reactions && { reactions }),
    ...(my_reactions && { my_reactions }),
    ...(pinned && { pinned }),
  }),
})

const withReaction = (held: RoomMessage, { reaction, on, count, user_id }: ReactionChange, me: string): RoomMessage => {
  const { reactions, my_reactions: mine = [], ...others } = held
  // Sorted, as the service lists them.
  const counts = Object.entries({ ...reactions, [reaction]: count })
    .filter(([, users]) => users > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  const own = user_id === me ? [...mine.filter((key) => key !== reaction), ...(on ? [reaction] : [])].sort() : mine
  return {
    ...others,
    ...(counts.length > 0 && { reactions: Object.fromEntries(counts) }),
    ...(own.length > 0 && { my_reactions: own }),
  }
}

const withPin = ({ pinned: _, ...others }: RoomMessage, { on }: PinChange): RoomMessage =>
  on ? { ...others, pinned: on } : others

const withChange = (held: RoomMessage, change: MessageChange, me: string): RoomMessage => {
  if ('content' in change) return withContent(held, change.content)
  // A replay may have the tombstone before the reactions that were removed with the message.
  if (held.deleted === true) return held
  return change.change === 'reaction' ? withReaction(held, change, me) : withPin(held, change)
}

/** The rule of `as_of`: an event whose seq is part of the message already has no effect. */
const effectAt = (seq: number, message: string, change: (held: RoomMessage) => RoomMessage): Effect => ({
  message,
  apply: (held) => (seq <= (held.as_of ?? held.seq) ? held : { ...change(held), as_of: seq }),
})

/** The message after these were erased; the same one if it is not among them, or is deleted. */
export const erasedMessage = (held: RoomMessage, range: ErasedRange): RoomMessage => {
  if (held.deleted === true || !isErased(held.seq, held.user_id, range)) return held
  const { id, type, user_id, created_at, thread, reply_to } = held
  const content: Message = {
    id,
    msg: '',
    type,
    user_id,
    created_at,
    modified_at: range.created_at,
    ...(thread !== undefined && { thread }),
    ...(reply_to !== undefined && { reply_to }),
    deleted: true,
  }
  return { ...withContent(held, content), as_of: range.seq }
}

/** A new message counts as a reply in its thread, even if it was deleted since: its deletion follows. */
export const effectsOfMessage = ({ thread, seq }: RoomMessage): readonly Effect[] =>
  thread === undefined
    ? []
    : [
        effectAt(seq, thread, (root) => ({
          ...root,
          replies: { count: (root.replies?.count ?? 0) + 1, last_seq: Math.max(root.replies?.last_seq ?? 0, seq) },
        })),
      ]

/** `me`: the bound user. A deletion concerns the message, and the root of its thread. */
export const effectsOfChange = (change: MessageChange, me: string): readonly Effect[] => {
  const own = effectAt(change.seq, change.message, (held) => withChange(held, change, me))
  if (change.change !== 'deleted' || change.content.thread === undefined) return [own]
  const ofRoot = effectAt(change.seq, change.content.thread, ({ replies, ...root }) => ({
    ...root,
    ...(replies && { replies: { ...replies, count: replies.count - 1 } }),
  }))
  return [own, ofRoot]
}
