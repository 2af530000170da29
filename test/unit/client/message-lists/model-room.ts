import type { FeedFrame } from '../../../../shared/client/frames.ts'
import type { Message } from '../../../../shared/domain/events.ts'
import { messageBody, room, roomOf } from '../scripted-service.ts'

interface ListedMessage extends Message {
  readonly seq: number
  readonly reactions?: Readonly<Record<string, number>>
  readonly my_reactions?: readonly string[]
  readonly replies?: { readonly count: number; readonly last_seq: number }
  readonly pinned?: true
}

interface Row {
  message: Message
  readonly seq: number
  /** The users by reaction. */
  reactions: Map<string, Set<string>>
  isPinned: boolean
  replies: { count: number; last_seq: number } | undefined
}

export interface ListQuery {
  readonly before?: number
  readonly after?: number
  readonly limit?: number
  readonly thread?: string
  readonly replies?: boolean
}

/** The truth about one room: its feed, and its messages as the service lists them. */
export interface ModelRoom {
  readonly head: number
  /** The ids of the messages, in the order of their posts. */
  readonly ids: readonly string[]
  post(user: string, refs?: { readonly thread?: string; readonly reply_to?: string }): void
  /** The other events ignore a message that is deleted, as the service refuses them. */
  edit(message: string, user: string): void
  remove(message: string, user: string): void
  /** The messages of the user, or of all users, with these seqs. */
  erase(user: string | undefined, from: number, before: number): void
  react(message: string, user: string, reaction: string, on: boolean): void
  pin(message: string, user: string, on: boolean): void
  /** The frame as it was published. */
  published(seq: number): FeedFrame
  /** The frame as it is replayed: without deleted content. */
  replayed(seq: number): FeedFrame
  /** Ascending. */
  list(query: ListQuery, reader: string): readonly ListedMessage[]
}

const at = (seq: number): string => new Date(Date.parse('2026-11-24T15:45:00.000Z') + seq).toISOString()

const listed = ({ message, seq, reactions, isPinned, replies }: Row, reader: string): ListedMessage => {
  const set = [...reactions].filter(([, users]) => users.size > 0).sort(([one], [other]) => (one < other ? -1 : 1))
  const mine = set.filter(([, users]) => users.has(reader)).map(([reaction]) => reaction)
  return {
    ...message,
    seq,
    ...(set.length === 0 ? {} : { reactions: Object.fromEntries(set.map(([reaction, users]) => [reaction, users.size])) }),
    ...(mine.length === 0 ? {} : { my_reactions: mine }),
    ...(replies === undefined ? {} : { replies: { ...replies } }),
    ...(isPinned ? { pinned: true } : {}),
  }
}

/** A room that begins with its `create-chat`. */
export const createModelRoom = (): ModelRoom => {
  const frames: FeedFrame[] = [{ event: 'create-chat', room, seq: 1, body: {} }]
  const rows = new Map<string, Row>()

  const append = (event: string, body: object): void =>
    void frames.push({ event, room, seq: frames.length + 1, body: body as FeedFrame['body'] })

  const change = (id: string, user: string) => {
    const seq = frames.length + 1
    return { seq, head: { id: roomOf(700_000 + seq), user_id: user, created_at: at(seq) }, row: rows.get(id) }
  }

  /** What remains of a message that an event has deleted. */
  const bury = (row: Row, seq: number): void => {
    const { data: _, ...message } = row.message
    row.message = { ...message, msg: '', modified_at: at(seq), deleted: true }
    row.reactions = new Map()
    row.isPinned = false
    const root = message.thread === undefined ? undefined : rows.get(message.thread)
    if (root?.replies !== undefined) root.replies.count -= 1
  }

  const redacted = (frame: FeedFrame): FeedFrame => {
    const { event, body } = frame
    const id = event === 'edit-message' ? (body.message as Message).id : (body.id as string)
    const message = rows.get(id)?.message
    if (message?.deleted !== true) return frame
    if (event === 'new-message') return { ...frame, body: { ...message } }
    return event === 'edit-message' ? { ...frame, body: { ...body, message } } : frame
  }
  const frameAt = (seq: number): FeedFrame => {
    const frame = frames[seq - 1]
    if (frame === undefined) throw new Error(`the room has no event ${seq}`)
    return frame
  }

  return {
    get head() {
      return frames.length
    },
    get ids() {
      return [...rows.keys()]
    },
    post: (user, refs = {}) => {
      const seq = frames.length + 1
      const message = { ...messageBody(seq, user), data: { n: seq }, created_at: at(seq), modified_at: at(seq), ...refs }
      rows.set(message.id, { message, seq, reactions: new Map(), isPinned: false, replies: undefined })
      const root = refs.thread === undefined ? undefined : rows.get(refs.thread)
      if (root !== undefined) root.replies = { count: (root.replies?.count ?? 0) + 1, last_seq: seq }
      append('new-message', message)
    },
    edit: (id, user) => {
      const { seq, head, row } = change(id, user)
      if (row === undefined || row.message.deleted === true) return
      const { data: _, ...message } = row.message
      row.message = { ...message, msg: `edit ${seq}`, modified_at: at(seq) }
      append('edit-message', { ...head, message: row.message })
    },
    remove: (id, user) => {
      const { seq, head, row } = change(id, user)
      if (row === undefined || row.message.deleted === true) return
      bury(row, seq)
      append('delete-message', { ...head, message: row.message })
    },
    erase: (user, from, before) => {
      const { seq, head } = change('', '')
      for (const row of rows.values()) {
        const isNamed = user === undefined || user === row.message.user_id
        if (isNamed && row.seq >= from && row.seq < before && row.message.deleted !== true) bury(row, seq)
      }
      const { user_id: _, ...named } = head
      const range = { ...(user === undefined ? {} : { user }), from, before, users: [] }
      append('erase', { ...named, chat: { id: room, name: 'room' }, ...range })
    },
    react: (id, user, reaction, on) => {
      const { head, row } = change(id, user)
      if (row === undefined || row.message.deleted === true) return
      const users = row.reactions.get(reaction) ?? new Set()
      row.reactions.set(reaction, users)
      if (on) users.add(user)
      else users.delete(user)
      append('set-reaction', { ...head, message: id, reaction, on, count: users.size })
    },
    pin: (id, user, on) => {
      const { head, row } = change(id, user)
      if (row === undefined || row.message.deleted === true) return
      row.isPinned = on
      append('set-pin', { ...head, message: id, on })
    },
    published: frameAt,
    replayed: (seq) => redacted(frameAt(seq)),
    list: ({ before = Number.POSITIVE_INFINITY, after, limit = 50, thread, replies = true }, reader) => {
      const found = [...rows.values()].filter(
        ({ seq, message }) =>
          seq < before &&
          seq > (after ?? 0) &&
          (thread === undefined || message.thread === thread) &&
          (replies || message.thread === undefined),
      )
      const page = after === undefined ? found.slice(-limit) : found.slice(0, limit)
      return page.map((row) => listed(row, reader))
    },
  }
}
