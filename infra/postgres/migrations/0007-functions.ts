const changeParameters = Array.from({ length: 36 }, (_, index) => `$${index + 22}`).join(', ')

/**
 * The changes of users and of their blocks. Most batches have none, and then this
 * function is not called. A group that is absent has no rows; each group has at
 * most one row per key.
 */
const applyUserChanges = `create function apply_user_changes(changes json) returns void language plpgsql as $$
  begin
    update app_user set seq = now.seq
    from json_to_recordset(changes -> 'user_seqs') as now (id uuid, seq bigint) where app_user.id = now.id;
    update app_user set name = now.name, image = now.image, data = now.data, modified_at = now.modified_at
    from json_to_recordset(changes -> 'profiles')
      as now (id uuid, name text, image text, data text, modified_at timestamptz)
    where app_user.id = now.id;
    delete from block using json_to_recordset(changes -> 'unblocks') as gone (user_id uuid, blocked_id uuid)
    where block.user_id = gone.user_id and block.blocked_id = gone.blocked_id;
    insert into block (user_id, blocked_id, created_at)
    select user_id, blocked_id, created_at
    from json_to_recordset(changes -> 'blocks') as new (user_id uuid, blocked_id uuid, created_at timestamptz)
    on conflict (user_id, blocked_id) do update set created_at = excluded.created_at;
  end $$`

/**
 * `append_outcomes` of `0005-functions`, with the streams of users. Their rows are
 * locked in the order of their ids, after all rooms, and the seqs of their last
 * events are compared with the expected ones. A batch without changes of users
 * has no `user_heads`, and runs the same statements as before.
 */
const appendOutcomes = `create or replace function append_outcomes(
    chats uuid[], heads bigint[], absent_chats uuid[],
    streams uuid[], seqs bigint[], types text[], bodies text[], command_ids uuid[], digests text[],
    names text[], memberships text[],
    rejected_chats uuid[], rejected_ids uuid[], rejected_digests text[], rejected_unread boolean[],
    codes text[], reasons text[], details text[],
    deleted_chats uuid[], deleted_ids uuid[], keeps_deleted boolean,
    ${[
      'uuid[], text[], text[], timestamptz[], timestamptz[]',
      'uuid[], bigint[], timestamptz[], int[], timestamptz[], text[], uuid[], timestamptz[], timestamptz[]',
      'uuid[], bigint[], timestamptz[], int[], timestamptz[], timestamptz[]',
      'uuid[], uuid[], bigint[], bigint[]',
      'uuid[], uuid[], bigint[]',
      'uuid[], bigint[], uuid[], timestamptz[], uuid[], text[], uuid[], uuid[]',
      'json',
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
    if $57 -> 'user_heads' is not null then
      perform from app_user
      where id = any(array(select id from json_to_recordset($57 -> 'user_heads') as expected (id uuid)))
      order by id for update;
      if exists (
        select from json_to_recordset($57 -> 'user_heads') as expected (id uuid, seq bigint)
        left join app_user on app_user.id = expected.id
        where coalesce(app_user.seq, 0) <> expected.seq
      ) then return false; end if;
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
      select stream, seq, 1,
        case when type in ('UserCreated', 'UserUpdated', 'BlockSet') then 'user' else 'chat' end,
        type, data, command_id, digest, name, membership
      from unnest(streams, seqs, types, bodies, command_ids, digests, names, memberships)
        as new (stream, seq, type, data, command_id, digest, name, membership);
    end if;
    if rejected_chats is not null then
      insert into rejection (stream, command_id, digest, code, message, details, v)
      select stream, id, digest, code, message, detail, 1
      from unnest(rejected_chats, rejected_ids, rejected_digests, codes, reasons, details)
        as new (stream, id, digest, code, message, detail);
    end if;
    perform apply_room_changes(${changeParameters});
    if $57 -> 'user_heads' is not null then
      perform apply_user_changes($57);
    end if;
    if deleted_chats is not null then
      perform redact(deleted_chats, deleted_ids, keeps_deleted);
    end if;
    return true;
  end $$`

/** In the order of their creation. */
export const peopleFunctions = [applyUserChanges, appendOutcomes]
