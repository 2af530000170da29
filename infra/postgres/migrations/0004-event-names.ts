import { Migration } from '@mikro-orm/migrations'

/**
 * The columns have no default and stay empty in existing rows: adding them
 * changes only the catalogue, independent of the size of the table. A row
 * without a name has one of the types of version 1. Writers queue behind a
 * waiting exclusive lock, hence the short time-out: the migration then fails and
 * can be repeated.
 */
const columns = [`set local lock_timeout = '3s'`, 'alter table event add column name text null, add column membership text null']

const changeParameters = Array.from({ length: 31 }, (_, index) => `$${index + 19}`).join(', ')

/**
 * `append_batch`, with the name on the wire and the effect on the membership of
 * each event. The older function stays: writers of the previous version call it
 * until the last of them is replaced. Both lock the same rows and keys in the
 * same order.
 */
const appendEvents = `create function append_events(
    chats uuid[], heads bigint[], absent_chats uuid[],
    streams uuid[], seqs bigint[], types text[], bodies text[], command_ids uuid[], digests text[],
    names text[], memberships text[],
    rejected_chats uuid[], rejected_ids uuid[], rejected_digests text[], rejected_unread boolean[],
    codes text[], reasons text[], details text[],
    ${[
      'uuid[], text[], text[], timestamptz[], timestamptz[]',
      'uuid[], bigint[], timestamptz[], int[], timestamptz[], text[], uuid[], timestamptz[]',
      'uuid[], bigint[], timestamptz[], int[], timestamptz[]',
      'uuid[], uuid[], bigint[], bigint[]',
      'uuid[], uuid[], bigint[]',
      'uuid[], bigint[], uuid[], timestamptz[], uuid[], text[]',
    ].join(', ')}
  ) returns boolean language plpgsql as $$
  declare
    locked_heads bigint[];
    absent_key int;
  begin
    if chats is not null then
      select array_agg(locked.seq) into locked_heads
      from (select seq from chat where id = any(chats) order by id for update) as locked;
      if locked_heads is distinct from heads then return false; end if;
    end if;
    if absent_chats is not null then
      for absent_key in select distinct uuid_hash(id) from unnest(absent_chats) as absent (id) order by 1 loop
        perform pg_advisory_xact_lock(4207003, absent_key);
      end loop;
      if exists (select from chat where id = any(absent_chats)) then return false; end if;
    end if;
    if streams is not null and exists (
      select from unnest(streams, command_ids, digests) as new (stream, id, digest)
      join rejection on rejection.stream = new.stream and rejection.command_id = new.id
      where rejection.code <> 'forbidden' or rejection.digest = new.digest
    ) then return false; end if;
    if rejected_chats is not null and exists (
      select from unnest(rejected_chats, rejected_ids, rejected_unread) as new (stream, id, is_unread)
      join event on event.stream = new.stream and event.command_id = new.id
      where new.is_unread
    ) then return false; end if;
    if rejected_chats is not null and exists (
      select from unnest(rejected_chats, rejected_ids, rejected_unread) as new (stream, id, is_unread)
      join rejection on rejection.stream = new.stream and rejection.command_id = new.id
      where new.is_unread and rejection.code <> 'forbidden'
    ) then return false; end if;
    if streams is not null then
      insert into event (stream, seq, v, kind, type, data, command_id, digest, name, membership)
      select stream, seq, 1, case type when 'UserCreated' then 'user' else 'chat' end, type, data, command_id, digest,
        name, membership
      from unnest(streams, seqs, types, bodies, command_ids, digests, names, memberships)
        as new (stream, seq, type, data, command_id, digest, name, membership);
    end if;
    if rejected_chats is not null then
      insert into rejection (stream, command_id, digest, code, message, details, v)
      select stream, id, digest, code, message, detail, 1
      from unnest(rejected_chats, rejected_ids, rejected_digests, codes, reasons, details)
        as new (stream, id, digest, code, message, detail);
    end if;
    perform apply_changes(${changeParameters});
    return true;
  end $$`

/** An event keeps its name on the wire and its effect on the membership; the store keeps its feature level. */
export class EventNames extends Migration {
  override up(): void {
    for (const statement of columns) this.addSql(statement)
    this.addSql(appendEvents)
    this.addSql(`insert into meta (key, value) values ('level', '1')`)
  }
}
