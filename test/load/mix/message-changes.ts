import type { ChangeKind } from '../../support/load/command-kinds.ts'
import { eventOfKind } from '../../support/load/command-kinds.ts'
import type { OperationEvent } from '../../support/load/entry.ts'
import type { Members } from '../../support/load/senders.ts'
import type { Random } from '../../support/simulation/random.ts'
import type { PostedMessage } from './posted-messages.ts'
import { createPostedMessages } from './posted-messages.ts'

/** A command that changes a message. */
export interface MessageChange {
  readonly event: OperationEvent
  readonly user: number
  readonly room: number
  readonly body: object
  /** Call it when the command has its final outcome. */
  readonly settled: () => void
}

/**
 * Makes commands that change the messages of this process, so that the service accepts them: edits and deletions by the
 * author, pins by the creator of the room, reactions by any member.
 */
export interface MessageChanges {
  /** A message was confirmed. */
  posted(message: PostedMessage): void
  /** Undefined if there is no message yet that can be changed in this way. */
  next(kind: ChangeKind): MessageChange | undefined
}

export interface MessageChangesOptions {
  /** The members of each room that belong to this process. */
  readonly members: Members
  /** The user who created the room; may belong to another process. */
  readonly creatorOf: (room: number) => number | undefined
  readonly random: Random
  /** The text of an edit. */
  readonly text: () => string
}

const reactions = ['👍', '❤️', '😂', '🎉', '👀', 'yes']
/** The other reactions are removed again. */
const setShare = 0.8

type Change = readonly [message: PostedMessage, user: number, body: object]

export const createMessageChanges = ({ members, creatorOf, random, text }: MessageChangesOptions): MessageChanges => {
  const messages = createPostedMessages(random)
  /** Commands without a final outcome, by message. */
  const pending = new Map<PostedMessage, number>()
  /** At most one message of each room is pinned, so that the service's limit of pins is not reached. */
  const pinned = new Map<number, PostedMessage>()

  const membersOf = (room: number): readonly number[] => members.get(room) ?? []

  const creatorHere = (room: number): number | undefined => {
    const creator = creatorOf(room)
    return creator !== undefined && membersOf(room).includes(creator) ? creator : undefined
  }

  const react = (): Change | undefined => {
    const message = messages.pick(() => true)
    if (message === undefined) return undefined
    const body = { reaction: random.pick(reactions), on: random.chance(setShare) }
    return [message, random.pick(membersOf(message.room)), body]
  }

  const edit = (): Change | undefined => {
    const message = messages.pick(() => true)
    return message && [message, message.author, { msg: text(), type: 'text' }]
  }

  /** A message with commands in flight stays, because the service refuses changes of a deleted message. */
  const remove = (): Change | undefined => {
    const message = messages.pick((each) => !pending.has(each) && pinned.get(each.room) !== each)
    if (message === undefined) return undefined
    messages.remove(message)
    return [message, message.author, {}]
  }

  const pin = (): Change | undefined => {
    const message = messages.pick(({ room }) => creatorHere(room) !== undefined)
    if (message === undefined) return undefined
    const { room } = message
    const before = pinned.get(room)
    const creator = creatorOf(room) ?? message.author
    if (before === undefined) pinned.set(room, message)
    else pinned.delete(room)
    return [before ?? message, creator, { on: before === undefined }]
  }

  const makers: Readonly<Record<ChangeKind, () => Change | undefined>> = {
    reactions: react,
    edits: edit,
    deletes: remove,
    pins: pin,
  }

  const settle = (message: PostedMessage): void => {
    const rest = (pending.get(message) ?? 0) - 1
    if (rest > 0) pending.set(message, rest)
    else pending.delete(message)
  }

  return {
    posted: messages.add,
    next: (kind) => {
      const change = makers[kind]()
      if (change === undefined) return undefined
      const [message, user, body] = change
      pending.set(message, (pending.get(message) ?? 0) + 1)
      return {
        event: eventOfKind[kind],
        user,
        room: message.room,
        body: { message: message.id, ...body },
        settled: () => settle(message),
      }
    },
  }
}
