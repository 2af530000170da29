import { crc32 } from 'node:zlib'
import { feedFrameText } from '../../../shared/frames/room-event-frame.ts'
import type { OperationEvent } from '../load/entry.ts'
import type { RoleFold } from './role-fold.ts'
import type { RoomMessages } from './room-messages.ts'
import { createRoomMessages } from './room-messages.ts'
import type { Redaction } from './truth.ts'

/** The members of a room event's body that the fold reads. */
export interface FoldedBody {
  readonly id?: string
  readonly user_id?: string
  readonly created_at?: string
  readonly modified_at?: string
  readonly thread?: string
  readonly reply_to?: string
  readonly deleted?: boolean
  readonly mentions?: unknown
  /** The message of an edit or a deletion; the id of a message of a reaction or a pin. */
  readonly message?: string | FoldedBody
  readonly reaction?: string
  readonly on?: boolean
  readonly count?: number
  readonly type?: string
  /** Of an erasure: the author, or all; the first seq, and the seq after the last one. */
  readonly user?: string
  readonly from?: number
  readonly before?: number
}

export interface FoldedEvent {
  readonly event: OperationEvent
  readonly seq: number
  /** CRC-32 of its frame. */
  readonly crc: number
  readonly body: FoldedBody
  /** The frame is that of a list, which has the newest version of a message. */
  readonly isListed: boolean
}

/** The room whose events are folded. */
export interface FoldedRoom {
  readonly id: string
  /** The number of the user with this id. */
  readonly userOf: (id: string | undefined) => number
  /** The seq at which the message with this id stands; undefined: none does. */
  readonly seqOf: (id: string | undefined) => number | undefined
  /** The roles as of the event before. */
  readonly roles: Pick<RoleFold, 'permits' | 'editMs'>
  readonly isMember: (user: number) => boolean
  readonly say: (invariant: 'J2' | 'J5', problem: string) => void
}

/** Applies the events of a room to its messages, and checks that the sender of each was allowed to send it. */
export interface MessageFold {
  readonly messages: RoomMessages
  fold(event: FoldedEvent): void
  /** CRC-32 of the frame as it was published; undefined: not known. */
  crcAt(seq: number): number | undefined
  redactionOf(seq: number): Redaction | undefined
}

export const createMessageFold = (room: FoldedRoom): MessageFold => {
  const messages = createRoomMessages()
  const crcs: (number | undefined)[] = []
  const redactions = new Map<number, Redaction>()
  /** By seq of the message. */
  const authors: (string | undefined)[] = []
  /** By seq of the message: what remains of it. */
  const lasting: FoldedBody[] = []
  const edits = new Map<number, { readonly seq: number; readonly body: FoldedBody }[]>()

  const crcOf = (event: string, seq: number, body: object): number =>
    crc32(feedFrameText(event, room.id, seq, JSON.stringify(body)).slice(1))

  const require = (isAllowed: boolean, seq: number, what: string): void => {
    if (!isAllowed) room.say('J5', `${seq} is ${what}`)
  }

  const requireMember = ({ event, seq, body }: FoldedEvent): void => {
    const user = room.userOf(body.user_id)
    const isChange = event !== 'none' && event !== 'create-chat'
    if (isChange && body.user_id !== undefined) require(room.isMember(user), seq, 'by a user who was not a member')
  }

  /** The seq of the message with this id. Ids of other commands are no messages. */
  const messageAt = (id: string | undefined): number | undefined => {
    const seq = room.seqOf(id)
    return seq !== undefined && messages.next(seq - 1) === seq ? seq : undefined
  }

  /** The seq of the message that an event names; it must not be deleted. */
  const named = (seq: number, id: string | undefined): number | undefined => {
    const message = messageAt(id)
    const isPresent = message !== undefined && messages.deletedAt(message) === undefined
    require(isPresent, seq, 'about a message that the room does not have or that is deleted')
    return message
  }

  const post = ({ seq, crc, body, isListed }: FoldedEvent): void => {
    const isChanged = body.deleted === true || (body.modified_at ?? '') > (body.created_at ?? '')
    // A list and a store have the tombstone instead, and a list has the newest version.
    const isPosted = body.deleted !== true && !(isListed && isChanged)
    authors[seq] = body.user_id
    lasting[seq] = body
    crcs[seq] = isPosted ? crc : undefined
    messages.post(seq, crcs[seq])
    if (body.reply_to !== undefined) named(seq, body.reply_to)
    const root = body.thread === undefined ? undefined : named(seq, body.thread)
    if (root !== undefined) messages.change(root, { seq, kind: 'reply', added: 1 })
  }

  const redact = (message: number, by: number, tombstone: FoldedBody): void => {
    redactions.set(message, { by, crc: crcOf('new-message', message, tombstone) })
    for (const { seq, body } of edits.get(message) ?? [])
      redactions.set(seq, { by, crc: crcOf('edit-message', seq, { ...body, message: tombstone }) })
  }

  const mayDelete = (message: number, { user_id: user, created_at: at }: FoldedBody): boolean =>
    room.roles.permits(user, 'delete_any', at) || (user === authors[message] && room.roles.permits(user, 'delete_own', at))

  const mayEdit = (message: number, { user_id: user, created_at: at }: FoldedBody, content: FoldedBody): boolean => {
    const { editMs = Number.POSITIVE_INFINITY } = room.roles
    const ageMs = Date.parse(at ?? '') - Date.parse(content.created_at ?? '')
    const isPermitted = user === authors[message] && room.roles.permits(user, 'edit_own', at) && !(ageMs > editMs)
    return isPermitted && (content.mentions !== 'all' || room.roles.permits(user, 'mention_all', at))
  }

  const replace = (folded: FoldedEvent, content: FoldedBody): void => {
    const { event, seq, body } = folded
    const message = named(seq, content.id)
    if (message === undefined) return
    const isDeletion = event === 'delete-message'
    require(isDeletion
      ? mayDelete(message, body)
      : mayEdit(message, body, content), seq, `not allowed to user ${room.userOf(body.user_id)}`)
    if (isDeletion) redact(message, seq, content)
    else {
      edits.set(message, [...(edits.get(message) ?? []), { seq, body: { ...body, message: '' } }])
      if (content.type !== undefined) lasting[message] = { ...lasting[message], type: content.type }
    }
    const isKnown = isDeletion || content.deleted !== true
    const crc = isKnown ? crcOf('new-message', message, content) : undefined
    messages.change(message, { seq, kind: 'content', crc, isDeletion })
    const root = isDeletion ? messageAt(content.thread) : undefined
    if (root !== undefined) messages.change(root, { seq, kind: 'reply', added: -1 })
  }

  /** What remains of a message after an erasure, with its members in the order of the service. */
  const tombstone = (message: number, erasedAt: string | undefined): FoldedBody => {
    const { id, type, user_id, created_at, thread, reply_to } = lasting[message] ?? {}
    const references = { ...(thread === undefined ? {} : { thread }), ...(reply_to === undefined ? {} : { reply_to }) }
    const head = { id, msg: '', type, user_id, created_at, modified_at: erasedAt }
    return { ...head, ...references, deleted: true } as FoldedBody
  }

  const eraseOne = (message: number, seq: number, erasedAt: string | undefined): void => {
    const remains = tombstone(message, erasedAt)
    redact(message, seq, remains)
    messages.change(message, { seq, kind: 'content', crc: crcOf('new-message', message, remains), isDeletion: true })
    const root = messageAt(remains.thread)
    if (root !== undefined) messages.change(root, { seq, kind: 'reply', added: -1 })
  }

  const erase = ({ seq, body }: FoldedEvent): void => {
    const { user, from = 1, before = seq, created_at: erasedAt } = body
    for (let message = messages.next(from - 1); message !== undefined && message < before; message = messages.next(message)) {
      const isNamed = user === undefined || user === authors[message]
      if (isNamed && messages.deletedAt(message) === undefined) eraseOne(message, seq, erasedAt)
    }
  }

  const react = (folded: FoldedEvent, id: string): void => {
    const { seq, body } = folded
    const message = named(seq, id)
    if (message === undefined) return
    const { reaction = '', on = true, count } = body
    messages.change(message, { seq, kind: 'reaction', user: room.userOf(body.user_id), reaction, on })
    const right = messages.reacted(message, reaction)
    if (count !== right) room.say('J2', `${seq} counts ${count} users of ${reaction}, and ${right} have set it`)
  }

  const pin = (folded: FoldedEvent, id: string): void => {
    const { seq, body } = folded
    const message = named(seq, id)
    if (message !== undefined) messages.change(message, { seq, kind: 'pin', on: body.on ?? true })
  }

  return {
    messages,
    fold: (folded) => {
      const { event, seq, crc, body } = folded
      requireMember(folded)
      crcs[seq] = crc
      const { message } = body
      if (event === 'new-message') return post(folded)
      if (event === 'erase') return erase(folded)
      if (typeof message === 'object') {
        // The store has the tombstone in place of the content of an edit whose message is deleted.
        if (event === 'edit-message' && message.deleted === true) crcs[seq] = undefined
        return replace(folded, message)
      }
      if (event === 'set-reaction') react(folded, message ?? '')
      else if (event === 'set-pin') pin(folded, message ?? '')
    },
    crcAt: (seq) => crcs[seq],
    redactionOf: (seq) => redactions.get(seq),
  }
}
