import { Migration } from '@mikro-orm/migrations'
import { peopleFunctions } from './0007-functions.ts'

/**
 * The stream of every existing user has one event, hence the constant default of
 * `seq`: adding the columns changes only the catalogue, independent of the size of
 * the table. Writers queue behind a waiting exclusive lock, hence the short
 * time-out: the migration then fails and can be repeated.
 */
const tables = [
  `set local lock_timeout = '3s'`,
  'alter table app_user add column image text null, add column data text null, add column seq bigint not null default 1',
  `create table block (
    user_id uuid not null,
    blocked_id uuid not null,
    created_at timestamptz(3) not null,
    primary key (user_id, blocked_id)
  )`,
]

/** Changes of profiles, and the blocks of users. */
export class ProfilesAndBlocks extends Migration {
  override up(): void {
    for (const statement of [...tables, ...peopleFunctions]) this.addSql(statement)
  }
}
