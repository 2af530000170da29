import { Migration } from '@mikro-orm/migrations'
import { numberingFunctions } from './0008-functions.ts'

/**
 * The new column has no default and stays empty in existing rows: messages that
 * are stored already get no number, because numbering them would rewrite the
 * table. Writers queue behind a waiting exclusive lock, hence the short time-out:
 * the migration then fails and can be repeated. Building the partial index reads
 * the table of messages once, about a second per ten million rows, during which
 * writers wait and retry.
 */
const tables = [
  `set local lock_timeout = '3s'`,
  'alter table message add column n int null',
  'create index message_deleted on message (chat_id, seq) where deleted_seq is not null',
  // Markers move often: free space on the page lets Postgres update the row without the index.
  `create table member_state (
    chat_id uuid not null,
    user_id uuid not null,
    gen int not null default 0,
    seq bigint null,
    delivered_seq bigint not null default 0,
    muted_until timestamptz(3) null,
    is_hidden boolean null,
    primary key (chat_id, user_id)
  ) with (fillfactor = 70)`,
]

/** Read markers and settings of members, and the numbers of messages from which unread messages are counted. */
export class MemberState extends Migration {
  override up(): void {
    for (const statement of [...tables, ...numberingFunctions]) this.addSql(statement)
  }
}
