import { Migration } from '@mikro-orm/migrations'

/**
 * The table is locked first: a lock that is raised later would deadlock with
 * a writer that has read the table and is about to insert into it. Behind a
 * lock that is not free soon writers would queue, hence the short wait; the
 * migration then fails and is run again. The two indexes take about a second
 * for each million rejections, during which writers wait and try again.
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
