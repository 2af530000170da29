import type { Message } from './events.ts'

/** The part of a message's state that decisions about it need. Its text is not part of it. */
export interface MessageState {
  readonly id: string
  /** The seq of the event that posted it. */
  readonly seq: number
  /** The author. */
  readonly user: string
  readonly createdAt: string
  readonly type: string
  readonly thread?: string
  readonly replyTo?: string
  readonly isDeleted: boolean
  /** Present if a command of the batch has deleted the message: what remains of it. */
  readonly tombstone?: Message
  readonly isPinned: boolean
  /** The number of its edits. */
  readonly edits: number
  /** The number of users by reaction; a reaction that nobody has set is absent. */
  readonly reactions: ReadonlyMap<string, number>
  /** By `reactionKeyText`: the reactions that are set, among those that the commands of the batch name. */
  readonly reacted: ReadonlySet<string>
}

/** Identifies a reaction of one user to one message. */
export const reactionKeyText = (user: string, reaction: string): string => `${user} ${reaction}`

/** The state of a message that was just posted. */
export const postedMessage = (seq: number, message: Message): MessageState => ({
  id: message.id,
  seq,
  user: message.user_id,
  createdAt: message.created_at,
  type: message.type,
  ...(message.thread === undefined ? {} : { thread: message.thread }),
  ...(message.reply_to === undefined ? {} : { replyTo: message.reply_to }),
  isDeleted: false,
  isPinned: false,
  edits: 0,
  reactions: new Map(),
  reacted: new Set(),
})

/** The members that a message keeps in every version, and after its deletion. */
export const lastingParts = ({ thread, replyTo }: MessageState): Pick<Message, 'thread' | 'reply_to'> => ({
  ...(thread === undefined ? {} : { thread }),
  ...(replyTo === undefined ? {} : { reply_to: replyTo }),
})

/** The message that remains after a deletion. */
export const tombstoneOf = (message: MessageState, deletedAt: string): Message => ({
  id: message.id,
  msg: '',
  type: message.type,
  user_id: message.user,
  created_at: message.createdAt,
  modified_at: deletedAt,
  ...lastingParts(message),
  deleted: true,
})
