import type { ErasableUser, ErasureReads, ExpiredRange, RangeToErase, RoomOfUser } from '../../../shared/ports/erasure.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'

/** Messages that one command erases at most: its append takes about 0.1 s, during which other rooms of the writer wait. */
const messagesPerErasure = 1_000
/** Seqs of one range at most, because an append reads all messages of the range, of all users. */
const seqsPerErasure = 50_000
const roomsPerStep = 500
/** Events that one command redacts at most, if it erases more than one message: a message may have many edits. */
const eventsPerErasure = 2_000

/** SQL for the number of events with the content of the messages up to this one, in the order of their seqs. */
const eventsUpTo = `sum(1 + case when message.version_seq is null then 0 else (
        select count(*) from message_edit where message_edit.chat_id = message.chat_id and message_edit.message_id = message.id
      ) end) over (order by message.seq) as events, row_number() over (order by message.seq) as nth`
const fits = `nth = 1 or (nth <= ${messagesPerErasure} and events <= ${eventsPerErasure})`

const user = (condition: string): string => `select id, external_id is null as is_erased from app_user where ${condition}`

const userByExternalId: Statement = { name: 'erasable-user-by-external-id', text: user('external_id = $1::text') }
const userById: Statement = { name: 'erasable-user-by-id', text: user('id = $1::uuid') }

const roomsOfUser: Statement = {
  name: 'rooms-of-user',
  text: `select chat_id, until_seq is null as is_member, chat.seq
    from chat_member join chat on chat.id = chat_member.chat_id where chat_member.user_id = $1::uuid order by chat_id`,
}

/** SQL for a message whose content is stored: it is not deleted, or its content is kept. */
const hasContent = `(message.deleted_seq is null or exists (
      select from deleted_message where deleted_message.chat_id = message.chat_id and deleted_message.message_id = message.id))`

const countOfUser: Statement = {
  name: 'count-messages-of-user',
  text: `select count(*) as messages from message where user_id = $1::uuid and ${hasContent}
    and chat_id in (select chat_id from chat_member where user_id = $1::uuid)`,
}

const nextRangeOfUser: Statement = {
  name: 'next-range-of-user',
  text: `with first as (
      select seq from message where chat_id = $1::uuid and user_id = $2::uuid and ${hasContent} order by seq limit 1
    )
    select min(seq) as from_seq, max(seq) + 1 as before_seq, count(*) as messages from (
      select message.seq, ${eventsUpTo} from first join message on message.chat_id = $1::uuid and message.user_id = $2::uuid and ${hasContent}
        and message.seq >= first.seq and message.seq < first.seq + ${seqsPerErasure}
      order by message.seq limit ${messagesPerErasure}
    ) as slice where ${fits}`,
}

/** The time of an old message is found by one index probe for each room; `least` ignores null. */
const expiredRanges: Statement = {
  name: 'expired-ranges',
  text: `with examined as (
      select id, coalesce(expired_seq, 1) as from_seq, least($2::int, (rules::json ->> 'retention_days')::int) as days
      from chat where id > $1::uuid order by id limit ${roomsPerStep}
    ),
    old as (
      select id, from_seq, (
        select seq + 1 from message where chat_id = examined.id and created_at < now() - make_interval(days => days)
        order by created_at desc, seq desc limit 1
      ) as end_seq
      from examined where days is not null
    )
    select (select max(id::text) from examined) as last, id, from_seq, slice.before_seq, slice.messages
    from (select 1) as always left join old on old.end_seq > old.from_seq
    left join lateral (
      select max(seq) + 1 as before_seq, count(*) as messages from (
        select seq, ${eventsUpTo} from message where chat_id = old.id and seq >= old.from_seq and seq < old.end_seq
        order by seq limit ${messagesPerErasure}
      ) as oldest where ${fits}
    ) as slice on true`,
}

const readExpiredSeqs: Statement = {
  name: 'read-expired-seqs',
  text: 'select id, expired_seq from chat where id = any($1::uuid[]) and expired_seq is not null',
}

interface RangeRow {
  readonly from_seq: string | null
  readonly before_seq: string | null
  readonly messages: string
}

const rangeOf = ({ from_seq: from, before_seq: before, messages }: RangeRow): RangeToErase | undefined =>
  from === null || before === null ? undefined : { from: Number(from), before: Number(before), messages: Number(messages) }

const userOf = (rows: readonly { readonly id: string; readonly is_erased: boolean }[]): ErasableUser | undefined => {
  const [row] = rows
  return row && { id: row.id, isErased: row.is_erased }
}

const expiredOf = (row: RangeRow & { readonly id: string | null }): readonly ExpiredRange[] => {
  const range = rangeOf(row)
  return row.id === null || range === undefined ? [] : [{ room: row.id, ...range }]
}

/** Reads over one session; the sweeper's role may run those about expired messages. */
export const erasureReads = (session: DatabaseSession): ErasureReads => ({
  userByExternalId: async (externalId) => userOf(await session.run(userByExternalId, [externalId])),
  userById: async (id) => userOf(await session.run(userById, [id])),
  roomsOf: async (id) => {
    const rows = await session.run<{ chat_id: string; is_member: boolean; seq: string }>(roomsOfUser, [id])
    return rows.map((row): RoomOfUser => ({ room: row.chat_id, isMember: row.is_member, head: Number(row.seq) }))
  },
  countMessages: async (id) => Number((await session.run<{ messages: string }>(countOfUser, [id]))[0]?.messages ?? 0),
  nextRange: async (room, id) => {
    const [row] = await session.run<RangeRow>(nextRangeOfUser, [room, id])
    return row && rangeOf(row)
  },
  expired: async (after, days) => {
    const rows = await session.run<RangeRow & { id: string | null; last: string | null }>(expiredRanges, [after, days ?? null])
    return { ranges: rows.flatMap(expiredOf), last: rows[0]?.last ?? undefined }
  },
  expiredSeqs: async (rooms) => {
    const rows = await session.run<{ id: string; expired_seq: string }>(readExpiredSeqs, [rooms])
    return new Map(rows.map((row) => [row.id, Number(row.expired_seq)]))
  },
})
