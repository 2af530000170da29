import type { MessageState } from '../../../shared/domain/message-state.ts'
import { reactionKeyText } from '../../../shared/domain/message-state.ts'
import type { ReadSet, RoomMessages, Snapshot } from '../../../shared/ports/event-store.ts'
import { isoText } from '../connection/statement.ts'

/** The columns that `messagesJson` adds to a snapshot. */
export interface MessagesRow {
  readonly messages: string | null
  readonly reacted: string | null
  readonly pins: string | null
}

/**
 * SQL for the messages of a snapshot, the reactions that are set, and the numbers
 * of pinned messages. `first`: the number of its first parameter.
 */
export const messagesJson = (first: number): string => {
  const [rooms, ids, ...reactions] = Array.from({ length: 6 }, (_, index) => `$${first + index}`)
  const [ofRooms, ofMessages, ofUsers, keys] = reactions
  return `(select json_agg(json_build_object('room', found.chat_id, 'id', found.id, 'seq', found.seq, 'user', found.user_id,
        'createdAt', ${isoText('found.created_at')}, 'type', found.type, 'thread', found.thread, 'replyTo', found.reply_to,
        'isDeleted', found.deleted_seq is not null, 'isPinned', found.pinned_seq is not null,
        'edits', case when found.version_seq is null then 0 else (select count(*) from message_edit
          where chat_id = found.chat_id and message_id = found.id) end,
        'reactions', (select json_agg(json_build_array(reaction, users)) from reaction_count
          where chat_id = found.chat_id and message_id = found.id)))::text
      from unnest(${rooms}::uuid[], ${ids}::uuid[]) as asked (room, id)
      cross join lateral (select * from message where chat_id = asked.room and message.id = asked.id limit 1) as found
    ) as messages,
    (select json_agg(json_build_object('room', chat_id, 'message', message_id, 'user', user_id, 'reaction', reaction))::text
      from unnest(${ofRooms}::uuid[], ${ofMessages}::uuid[], ${ofUsers}::uuid[], ${keys}::text[]) as asked (room, message, person, key)
      cross join lateral (
        select * from message_reaction where chat_id = asked.room and message_id = asked.message
          and reaction = asked.key and user_id = asked.person limit 1
      ) as found
    ) as reacted,
    (select json_agg(json_build_array(asked.room, (
        select count(*)::int from message where chat_id = asked.room and pinned_seq is not null)))::text
      from (select distinct room from unnest(${rooms}::uuid[]) as all_asked (room)) as asked
    ) as pins`
}

const distinct = <Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] => [
  ...new Map(items.map((item) => [keyOf(item), item])).values(),
]

/** The arguments of `messagesJson`, without duplicates. */
export const messagesValues = (wanted: Pick<ReadSet, 'messages' | 'reactions'>): readonly unknown[] => {
  const messages = distinct(wanted.messages, ({ room, id }) => `${room} ${id}`)
  const reactions = distinct(wanted.reactions, ({ room, message, user, reaction }) => `${room} ${message} ${user} ${reaction}`)
  return [
    messages.map(({ room }) => room),
    messages.map(({ id }) => id),
    reactions.map(({ room }) => room),
    reactions.map(({ message }) => message),
    reactions.map(({ user }) => user),
    reactions.map(({ reaction }) => reaction),
  ]
}

type ReadMessage = Omit<MessageState, 'reactions' | 'reacted' | 'thread' | 'replyTo'> & {
  readonly room: string
  readonly thread: string | null
  readonly replyTo: string | null
  readonly reactions: readonly (readonly [reaction: string, users: number])[] | null
}

interface FoundReaction {
  readonly room: string
  readonly message: string
  readonly user: string
  readonly reaction: string
}

const listOf = <Item>(json: string | null | undefined): readonly Item[] => (json ? (JSON.parse(json) as Item[]) : [])

const stateOf = (found: ReadMessage, reacted: readonly FoundReaction[]): MessageState => {
  const { room: _, thread, replyTo, reactions, ...message } = found
  return {
    ...message,
    ...(thread === null ? {} : { thread }),
    ...(replyTo === null ? {} : { replyTo }),
    reactions: new Map(reactions),
    reacted: new Set(reacted.map(({ user, reaction }) => reactionKeyText(user, reaction))),
  }
}

/** The messages that were asked for, by room. */
export const messagesOf = ({ messages: asked }: ReadSet, row: MessagesRow | undefined): Snapshot['messages'] => {
  if (asked.length === 0) return new Map()
  const found = new Map(listOf<ReadMessage>(row?.messages).map((message) => [`${message.room} ${message.id}`, message]))
  const reacted = Map.groupBy(listOf<FoundReaction>(row?.reacted), ({ room, message }) => `${room} ${message}`)
  const pins = new Map(listOf<readonly [string, number]>(row?.pins))
  const entryOf = ({ room, id }: ReadSet['messages'][number]): readonly [string, MessageState | undefined] => {
    const message = found.get(`${room} ${id}`)
    return [id, message === undefined ? undefined : stateOf(message, reacted.get(`${room} ${id}`) ?? [])]
  }
  const byRoom = Map.groupBy(asked, ({ room }) => room)
  return new Map(
    [...byRoom].map(([room, ofRoom]): [string, RoomMessages] => [
      room,
      { messages: new Map(ofRoom.map(entryOf)), pins: pins.get(room) ?? 0 },
    ]),
  )
}
