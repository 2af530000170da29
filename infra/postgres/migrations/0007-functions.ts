import { appendOutcomes } from './0005-functions.ts'

/**
 * The changes of users and of their blocks. Most batches have none, and then this
 * function is not called. A group that is absent has no rows; each group has at
 * most one row per key. A later migration replaces the function with `furtherChanges`.
 */
export const applyUserChanges = (
  create: string,
  furtherChanges: string,
): string => `${create} function apply_user_changes(changes json) returns void language plpgsql as $$
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
    on conflict (user_id, blocked_id) do update set created_at = excluded.created_at;${furtherChanges}
  end $$`

/**
 * `append_outcomes` with the streams of users. Their rows are locked in the order of their ids, after all rooms, and the
 * seqs of their last events are compared with the expected ones. A batch without changes of users has no `user_heads`, and
 * runs the same statements as before.
 */
export const appendOfUsers = {
  create: 'create or replace',
  declarations: `
    user_heads json := $57 -> 'user_heads';`,
  compareHeads: `
    if user_heads is not null then
      perform from app_user
      where id = any(array(select id from json_to_recordset(user_heads) as expected (id uuid)))
      order by id for update;
      if exists (
        select from json_to_recordset(user_heads) as expected (id uuid, seq bigint)
        left join app_user on app_user.id = expected.id
        where coalesce(app_user.seq, 0) <> expected.seq
      ) then return false; end if;
    end if;`,
  kind: `case when type in ('UserCreated', 'UserUpdated', 'BlockSet') then 'user' else 'chat' end`,
  furtherChanges: `
    if user_heads is not null then
      perform apply_user_changes($57);
    end if;`,
}

/** In the order of their creation. */
export const peopleFunctions = [applyUserChanges('create', ''), appendOutcomes(appendOfUsers)]
