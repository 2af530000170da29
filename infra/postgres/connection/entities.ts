import { defineEntity, p } from '@mikro-orm/core'

/**
 * The tables after all migrations; a test compares both. Every key begins with
 * the room (or the user), and no row refers to another room, so that tables can
 * be partitioned or distributed by room.
 *
 * The entities only declare the schema: all reads and writes of the services are
 * SQL statements, never managed entities.
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

/** Recorded rejections, deleted after 30 days. At most one rejection of a command id is not `forbidden`. */
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

/** Users, with their external ids; null: the user was erased. `data` is JSON text; `seq` is the seq of the last event of the user's stream. */
export const userTable = defineEntity({
  name: 'User',
  tableName: 'app_user',
  properties: {
    id: p.uuid().primary(),
    externalId: p.text().nullable().unique('app_user_external_id'),
    name: p.text().nullable(),
    createdAt: instant(),
    modifiedAt: instant(),
    image: p.text().nullable(),
    data: p.text().nullable(),
    seq: seq().defaultRaw('1'),
  },
})

/** The users whom a user has blocked. */
export const blockTable = defineEntity({
  name: 'Block',
  tableName: 'block',
  properties: { userId: p.uuid().primary(), blockedId: p.uuid().primary(), createdAt: instant() },
})

/**
 * `seq` is the room's head, `lastAt` the time of its last event, `activeAt` that of its last activity; null: the same as
 * `lastAt`. `data` and `rules` are JSON texts; `rules` has those that are not the defaults. `expiredSeq`: messages with a
 * lower seq were erased because of their age.
 */
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
    activeAt: instant().nullable(),
    image: p.text().nullable(),
    data: p.text().nullable(),
    rules: p.text().nullable(),
    expiredSeq: seq().nullable(),
  },
})

/**
 * Present and former members, and banned users; `untilSeq` is null for a present member. `role`: the number of the role that
 * was set; null: none was. 0: banned. `loweredRole`: a lower role that applies until `loweredUntil`.
 */
export const chatMemberTable = defineEntity({
  name: 'ChatMember',
  tableName: 'chat_member',
  properties: {
    chatId: p.uuid().primary(),
    userId: p.uuid().primary(),
    sinceSeq: seq(),
    untilSeq: seq().nullable(),
    role: p.smallint().nullable(),
    loweredRole: p.smallint().nullable(),
    loweredUntil: instant().nullable(),
  },
  indexes: [
    { name: 'chat_member_present', properties: ['userId', 'chatId'], where: 'until_seq is null' },
    { name: 'chat_member_since', properties: ['chatId', 'sinceSeq', 'userId'], where: 'until_seq is null and since_seq >= 0' },
    {
      name: 'chat_member_role',
      properties: ['chatId', 'sinceSeq', 'userId'],
      where: 'until_seq is null and (role is not null or lowered_role is not null)',
    },
    { name: 'chat_member_owner', properties: ['chatId'], where: 'role = 50 and until_seq is null' },
    { name: 'chat_member_banned', properties: ['chatId', 'sinceSeq', 'userId'], where: 'role = 0' },
  ],
})

/**
 * The seqs and times of the messages of a room; their text is in `event`. `versionSeq`: the event with the newest
 * version; null: the event that posted it. `deletedSeq`, `pinnedSeq`: the events that deleted and pinned it.
 * `replyCount`: replies that are not deleted. `n`: the ordinal of the message in its room; null: stored before messages were
 * numbered.
 */
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
    thread: p.uuid().nullable(),
    replyTo: p.uuid().nullable(),
    versionSeq: seq().nullable(),
    deletedSeq: seq().nullable(),
    pinnedSeq: seq().nullable(),
    replyCount: p.integer().default(0),
    lastReplySeq: seq().nullable(),
    n: p.integer().nullable(),
  },
  uniques: [{ name: 'message_id', properties: ['chatId', 'id'] }],
  indexes: [
    { name: 'message_created_at', properties: ['chatId', 'createdAt', 'seq'] },
    { name: 'message_thread', properties: ['chatId', 'thread', 'seq'], where: 'thread is not null' },
    { name: 'message_pinned', properties: ['chatId', 'seq'], where: 'pinned_seq is not null' },
    { name: 'message_deleted', properties: ['chatId', 'seq'], where: 'deleted_seq is not null' },
  ],
})

/** The seqs of the edits of a message. */
export const messageEditTable = defineEntity({
  name: 'MessageEdit',
  tableName: 'message_edit',
  properties: { chatId: p.uuid().primary(), messageId: p.uuid().primary(), seq: seq().primary() },
})

/** The reactions that are set; `seq` is that of the event that set it last. */
export const messageReactionTable = defineEntity({
  name: 'MessageReaction',
  tableName: 'message_reaction',
  properties: {
    chatId: p.uuid().primary(),
    messageId: p.uuid().primary(),
    reaction: p.text().primary().collation('C'),
    userId: p.uuid().primary(),
    seq: seq(),
  },
})

/** The number of users by reaction, from 1. */
export const reactionCountTable = defineEntity({
  name: 'ReactionCount',
  tableName: 'reaction_count',
  properties: {
    chatId: p.uuid().primary(),
    messageId: p.uuid().primary(),
    reaction: p.text().primary().collation('C'),
    users: p.integer(),
  },
})

/** The users whom a message mentions now, by the message's seq. The mention of all members is one row, of the nil UUID. */
export const mentionTable = defineEntity({
  name: 'Mention',
  tableName: 'mention',
  properties: { chatId: p.uuid().primary(), userId: p.uuid().primary(), seq: seq().primary() },
  indexes: [{ name: 'mention_of_message', properties: ['chatId', 'seq'] }],
})

/** The files that messages name, also in earlier versions. */
export const attachmentTable = defineEntity({
  name: 'Attachment',
  tableName: 'attachment',
  properties: { chatId: p.uuid().primary(), fileId: p.uuid().primary(), messageId: p.uuid().primary() },
  indexes: [{ name: 'attachment_of_message', properties: ['chatId', 'messageId'] }],
})

/** Files whose content is to be removed from the blob store: a queue, not computed from events. */
export const releasedFileTable = defineEntity({
  name: 'ReleasedFile',
  tableName: 'released_file',
  properties: {
    chatId: p.uuid().primary(),
    fileId: p.uuid().primary(),
    releasedAt: instant().defaultRaw('now()'),
  },
})

/** The versions of deleted messages, for as long as they are kept. Not computed from events, and empty by default. */
export const deletedMessageTable = defineEntity({
  name: 'DeletedMessage',
  tableName: 'deleted_message',
  properties: {
    chatId: p.uuid().primary(),
    messageId: p.uuid().primary(),
    seq: seq().primary(),
    data: p.text(),
    deletedAt: p.datetime().columnType('timestamptz').defaultRaw('now()').index('deleted_message_deleted_at'),
  },
})

/**
 * What a member has read and set, written by gateways. Not computed from events. `seq` null: the member has not marked
 * anything.
 */
export const memberStateTable = defineEntity({
  name: 'MemberState',
  tableName: 'member_state',
  properties: {
    chatId: p.uuid().primary(),
    userId: p.uuid().primary(),
    gen: p.integer().default(0),
    seq: seq().nullable(),
    deliveredSeq: seq().defaultRaw('0'),
    mutedUntil: instant().nullable(),
    isHidden: p.boolean().nullable(),
  },
})

/** How far a member has read a thread, written by gateways. Not computed from events. */
export const threadMarkerTable = defineEntity({
  name: 'ThreadMarker',
  tableName: 'thread_marker',
  properties: {
    chatId: p.uuid().primary(),
    userId: p.uuid().primary(),
    thread: p.uuid().primary(),
    gen: p.integer(),
    seq: seq(),
  },
})

/** The last event of a room that a sink of an embedded relay has. */
export const relayPositionTable = defineEntity({
  name: 'RelayPosition',
  tableName: 'relay_position',
  properties: {
    sink: p.text().primary(),
    room: p.uuid().primary(),
    seq: seq(),
  },
})

/** A room whose events, from `next_seq` to `last_seq`, wait for a sink that sends requests. */
export const relayParkedTable = defineEntity({
  name: 'RelayParked',
  tableName: 'relay_parked',
  properties: {
    sink: p.text().primary(),
    room: p.uuid().primary(),
    nextSeq: seq(),
    lastSeq: seq(),
    failures: p.integer(),
    reason: p.text(),
    waitsSince: instant(),
    dueAt: instant(),
  },
  indexes: [{ name: 'relay_parked_due', properties: ['sink', 'dueAt'] }],
})

/** An event that a sink will not receive, and why; its content is in `event` only. Deleted after 30 days. */
export const relayDeadLetterTable = defineEntity({
  name: 'RelayDeadLetter',
  tableName: 'relay_dead_letter',
  properties: {
    sink: p.text().primary(),
    room: p.uuid().primary(),
    seq: seq().primary(),
    reason: p.text(),
    recordedAt: p.datetime().columnType('timestamptz').defaultRaw('now()').index('relay_dead_letter_recorded_at'),
  },
})

/** An endpoint, as the digest of its URL, that has ended its subscription by the status 410. */
export const relayEndedTable = defineEntity({
  name: 'RelayEnded',
  tableName: 'relay_ended',
  properties: {
    sink: p.text().primary(),
    endpoint: p.text().primary(),
    endedAt: p.datetime().columnType('timestamptz').defaultRaw('now()'),
  },
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

/** All tables, for MikroORM. */
export const entities = [
  eventTable,
  rejectionTable,
  userTable,
  blockTable,
  chatTable,
  chatMemberTable,
  messageTable,
  messageEditTable,
  messageReactionTable,
  reactionCountTable,
  mentionTable,
  attachmentTable,
  releasedFileTable,
  deletedMessageTable,
  memberStateTable,
  threadMarkerTable,
  relayPositionTable,
  relayParkedTable,
  relayDeadLetterTable,
  relayEndedTable,
  metaTable,
]
