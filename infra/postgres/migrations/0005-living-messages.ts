import { Migration } from '@mikro-orm/migrations'
import { messageChangeFunctions } from './0005-functions.ts'

/**
 * New columns have no default that rewrites the table, and stay empty in existing
 * rows. Writers queue behind a waiting exclusive lock, hence the short time-out:
 * the migration then fails and can be repeated. The partial indexes are empty at
 * first; building them reads the table of messages once, about a second per ten
 * million rows, during which writers wait and retry.
 */
const tables = [
  `set local lock_timeout = '3s'`,
  'alter table chat add column active_at timestamptz(3) null',
  `alter table message add column thread uuid null, add column reply_to uuid null,
    add column version_seq bigint null, add column deleted_seq bigint null, add column pinned_seq bigint null,
    add column reply_count int not null default 0, add column last_reply_seq bigint null`,
  'create index message_thread on message (chat_id, thread, seq) where thread is not null',
  'create index message_pinned on message (chat_id, seq) where pinned_seq is not null',
  `create table message_edit (
    chat_id uuid not null,
    message_id uuid not null,
    seq bigint not null,
    primary key (chat_id, message_id, seq)
  )`,
  `create table message_reaction (
    chat_id uuid not null,
    message_id uuid not null,
    reaction text not null collate "C",
    user_id uuid not null,
    seq bigint not null,
    primary key (chat_id, message_id, reaction, user_id)
  )`,
  // Each reaction updates a count: free space on the page lets Postgres update the row without the index.
  `create table reaction_count (
    chat_id uuid not null,
    message_id uuid not null,
    reaction text not null collate "C",
    users int not null,
    primary key (chat_id, message_id, reaction)
  ) with (fillfactor = 70)`,
  `create table mention (
    chat_id uuid not null,
    user_id uuid not null,
    seq bigint not null,
    primary key (chat_id, user_id, seq)
  )`,
  'create index mention_of_message on mention (chat_id, seq)',
  `create table deleted_message (
    chat_id uuid not null,
    message_id uuid not null,
    seq bigint not null,
    data text not null,
    deleted_at timestamptz not null default now(),
    primary key (chat_id, message_id, seq)
  )`,
  'create index deleted_message_deleted_at on deleted_message (deleted_at)',
]

/** Edits, deletions, reactions, pins, threads, quotes and mentions; the order of the list of chats. */
export class LivingMessages extends Migration {
  override up(): void {
    for (const statement of [...tables, ...messageChangeFunctions]) this.addSql(statement)
  }
}
