import { Migration } from '@mikro-orm/migrations'
import { roleFunctions } from './0009-functions.ts'

/**
 * New columns have no default and stay null in existing rows: a member without a role is the owner if it created the chat,
 * and a plain member otherwise. Writers queue behind a waiting exclusive lock, hence the short time-out: the migration then
 * fails and can be repeated. The index of present members by seniority reads the table of members once, about a second per
 * million rows, during which writers wait and retry.
 */
const tables = [
  `set local lock_timeout = '3s'`,
  'alter table chat add column image text null, add column data text null, add column rules text null',
  `alter table chat_member add column role smallint null, add column lowered_role smallint null,
    add column lowered_until timestamptz(3) null`,
  `create index chat_member_since on chat_member (chat_id, since_seq, user_id) where until_seq is null and since_seq >= 0`,
  `create index chat_member_role on chat_member (chat_id, since_seq, user_id)
    where until_seq is null and (role is not null or lowered_role is not null)`,
  'create index chat_member_owner on chat_member (chat_id) where role = 50 and until_seq is null',
  'create index chat_member_banned on chat_member (chat_id, since_seq, user_id) where role = 0',
]

/** Roles of members, and the image, data and rules of chats. */
export class Roles extends Migration {
  override up(): void {
    for (const statement of [...tables, ...roleFunctions]) this.addSql(statement)
  }
}
