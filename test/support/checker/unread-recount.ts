/** An event of a room, as the store or the feed has it. */
export interface CountedEvent {
  readonly seq: number
  /** The name on the wire. */
  readonly event: string
  readonly body: Readonly<Record<string, unknown>>
}

/** The unread messages of a member. */
export interface Recount {
  readonly unread: number
  readonly mentions: number
}

interface FoldedMessage {
  readonly seq: number
  readonly author: unknown
  isDeleted: boolean
  mentions: unknown
}

interface Content {
  readonly id: string
  readonly mentions?: unknown
}

/** An erasure names a range of seqs, and the author unless it concerns all of them. */
const erase = (messages: Iterable<FoldedMessage>, { from, before, user }: Readonly<Record<string, unknown>>): void => {
  for (const message of messages)
    if (message.seq >= Number(from) && message.seq < Number(before) && (user === undefined || user === message.author))
      message.isDeleted = true
}

const foldMessages = (events: readonly CountedEvent[], asOf: number): readonly FoldedMessage[] => {
  const messages = new Map<string, FoldedMessage>()
  for (const { seq, event, body } of events) {
    if (seq > asOf) break
    if (event === 'new-message') {
      const { id, mentions } = body as unknown as Content
      messages.set(id, { seq, author: body.user_id, isDeleted: false, mentions })
    }
    if (event === 'erase') erase(messages.values(), body)
    const { id = '', mentions } = (body.message ?? {}) as Partial<Content>
    const message = messages.get(id)
    if (message === undefined || (event !== 'edit-message' && event !== 'delete-message')) continue
    message.mentions = mentions
    message.isDeleted = event === 'delete-message'
  }
  return [...messages.values()]
}

const isMentioned = (mentions: unknown, user: string): boolean =>
  mentions === 'all' || (Array.isArray(mentions) && mentions.includes(user))

/** Counts the unread messages again from the events of a room up to `asOf`, which are in order. */
export const recountUnread = (events: readonly CountedEvent[], user: string, after: number, asOf: number): Recount => {
  const unread = foldMessages(events, asOf).filter(({ seq, isDeleted }) => seq > after && !isDeleted)
  const mentions = unread.filter((message) => isMentioned(message.mentions, user))
  return { unread: unread.length, mentions: Math.min(100, mentions.length) }
}
