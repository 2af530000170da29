import { defineEntity, p } from '@mikro-orm/core'

/**
 * The tables, as migrations leave them; a test compares the two. Every key
 * starts with the room (or the user), and nothing refers from one room to
 * another, so that tables can be partitioned or distributed by it.
 *
 * They are declared for the schema's sake: hot reads and writes are statements
 * of their own, never managed entities.
 */

const instant = () => p.datetime().columnType('timestamptz(3)')
const seq = () => p.bigint('number')

/** The only truth: append-only. `data` is the frame's body as text. Rows of version 1 may lack name and membership. */
export const eventTable = defineEntity({
  name: 'Event',
  tableName: 'event',
  properties: {
    stream: p.uuid().primary(),
    seq: seq().primary(),
    v: p.smallint(),
    kind: p.text(),
    type: p.text(),
    data: p.text(),
    commandId: p.uuid(),
    digest: p.text(),
    recordedAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
    name: p.text().nullable(),
    membership: p.text().nullable(),
  },
  uniques: [{ name: 'event_command', properties: ['stream', 'commandId'] }],
})

/** Recorded rejections; pruned after 30 days. Of one command id at most one is not a `forbidden`. */
export const rejectionTable = defineEntity({
  name: 'Rejection',
  tableName: 'rejection',
  properties: {
    stream: p.uuid().primary(),
    commandId: p.uuid().primary(),
    digest: p.text().primary(),
    code: p.text(),
    message: p.text(),
    details: p.text().nullable(),
    v: p.smallint(),
    recordedAt: p.datetime().columnType('timestamptz').defaultRaw('now()').index('rejection_recorded_at'),
  },
  uniques: [{ name: 'rejection_keeps_id', properties: ['stream', 'commandId'], where: `code <> 'forbidden'` }],
})

export const userTable = defineEntity({
  name: 'User',
  tableName: 'app_user',
  properties: {
    id: p.uuid().primary(),
    externalId: p.text().unique('app_user_external_id'),
    name: p.text().nullable(),
    createdAt: instant(),
    modifiedAt: instant(),
  },
})

/** `seq` is the room's head, `lastAt` the time of its last event. */
export const chatTable = defineEntity({
  name: 'Chat',
  tableName: 'chat',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    createdBy: p.uuid(),
    seq: seq(),
    lastAt: instant(),
    memberCount: p.integer(),
    createdAt: instant(),
    modifiedAt: instant(),
  },
})

/** Whoever is or was a member; `untilSeq` is null for a present one. */
export const chatMemberTable = defineEntity({
  name: 'ChatMember',
  tableName: 'chat_member',
  properties: {
    chatId: p.uuid().primary(),
    userId: p.uuid().primary(),
    sinceSeq: seq(),
    untilSeq: seq().nullable(),
  },
  indexes: [{ name: 'chat_member_present', properties: ['userId', 'chatId'], where: 'until_seq is null' }],
})

/** Where the messages of a room are; their text stays in `event`. */
export const messageTable = defineEntity({
  name: 'Message',
  tableName: 'message',
  properties: {
    chatId: p.uuid().primary(),
    seq: seq().primary(),
    id: p.uuid(),
    createdAt: instant(),
    userId: p.uuid(),
    type: p.text(),
  },
  uniques: [{ name: 'message_id', properties: ['chatId', 'id'] }],
  indexes: [{ name: 'message_created_at', properties: ['chatId', 'createdAt', 'seq'] }],
})

/** Facts about the database as a whole: its `epoch` and its feature `level`. */
export const metaTable = defineEntity({
  name: 'Meta',
  tableName: 'meta',
  properties: {
    key: p.text().primary(),
    value: p.text(),
  },
})

export const entities = [eventTable, rejectionTable, userTable, chatTable, chatMemberTable, messageTable, metaTable]
