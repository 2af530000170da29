import { Migration } from '@mikro-orm/migrations'

/**
 * Locks the table first: upgrading a weaker lock later would deadlock with a
 * writer that has read the table and is about to insert into it. Writers queue
 * behind a waiting exclusive lock, hence the short time-out: the migration then
 * fails and can be repeated. Building the two indexes takes about a second per
 * million rejections, during which writers wait and retry.
 */
const statements = [
  `set local lock_timeout = '3s'`,
  'lock table rejection in access exclusive mode',
  'alter table rejection drop constraint rejection_pkey, add primary key (stream, command_id, digest)',
  `create unique index rejection_keeps_id on rejection (stream, command_id) where code <> 'forbidden'`,
]

/** A `forbidden` is stored by digest and keeps no command id from other commands; every other rejection keeps its id. */
export class ForbiddenByDigest extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement)
  }
}
