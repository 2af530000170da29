import { Migration } from '@mikro-orm/migrations'
import { erasureFunctions } from './0011-functions.ts'

/**
 * `external_id` is null for an erased user. `expired_seq`: the messages of the chat with a lower seq were erased because of
 * their age. Both change the catalogue only. Writers queue behind a waiting exclusive lock, hence the short time-out: the
 * migration then fails and can be repeated.
 */
const tables = [
  `set local lock_timeout = '3s'`,
  'alter table app_user alter column external_id drop not null',
  'alter table chat add column expired_seq bigint null',
]

/** The erasure of users, and of messages that are older than the retention. */
export class Erasure extends Migration {
  override up(): void {
    for (const statement of [...tables, ...erasureFunctions]) this.addSql(statement)
  }
}
