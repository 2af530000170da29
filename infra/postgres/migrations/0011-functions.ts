import { appendOutcomes } from './0005-functions.ts'
import { applyRoomChanges } from './0005-room-changes.ts'
import { appendOfUsers, applyUserChanges } from './0007-functions.ts'
import { insertNumberedMessages, rareGroups } from './0009-functions.ts'

/**
 * The messages of a range, of one user or of all, as the deletion of each would leave them. The rows of the range are read by
 * seq, so their number is that of all messages of the range, of any author.
 */
export const applyErasures = ({
  create,
  furtherChanges,
}: {
  readonly create: string
  /** SQL for further changes of each range, `erased`. */
  readonly furtherChanges: string
}): string => `${create} function apply_erasures(changes json) returns void language plpgsql as $$
  declare
    erased record;
  begin
    for erased in
      select * from json_to_recordset(changes -> 'erasures')
        as range (chat_id uuid, user_id uuid, from_seq bigint, before_seq bigint, seq bigint) order by range.seq
    loop
      update message as root set reply_count = root.reply_count - gone.replies
      from (
        select thread, count(*)::int as replies from message
        where chat_id = erased.chat_id and seq >= erased.from_seq and seq < erased.before_seq and deleted_seq is null
          and thread is not null and (erased.user_id is null or user_id = erased.user_id)
        group by thread
      ) as gone
      where root.chat_id = erased.chat_id and root.id = gone.thread;
      delete from mention using message
      where message.chat_id = erased.chat_id and message.seq >= erased.from_seq and message.seq < erased.before_seq
        and (erased.user_id is null or message.user_id = erased.user_id)
        and mention.chat_id = message.chat_id and mention.seq = message.seq;
      update message set deleted_seq = erased.seq, version_seq = null, pinned_seq = null
      where chat_id = erased.chat_id and seq >= erased.from_seq and seq < erased.before_seq and deleted_seq is null
        and (erased.user_id is null or user_id = erased.user_id);
      perform redact_erased(erased.chat_id, erased.seq);${furtherChanges}
      if erased.user_id is null then
        update chat set expired_seq = greatest(expired_seq, erased.before_seq) where id = erased.chat_id;
      else
        delete from mention where chat_id = erased.chat_id and user_id = erased.user_id and seq < erased.before_seq;
      end if;
    end loop;
  end $$`

const isoText = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** SQL for the text of a tombstone, as `tombstoneOf` and JSON.stringify build it. `type` has no character to escape. */
const tombstone = `'{"id":"' || message.id || '","msg":"","type":"' || message.type || '","user_id":"' || message.user_id
      || '","created_at":"' || ${isoText('message.created_at')} || '","modified_at":"' || (erasure.body ->> 'created_at') || '"'
      || coalesce(',"thread":"' || message.thread || '"', '') || coalesce(',"reply_to":"' || message.reply_to || '"', '')
      || ',"deleted":true}'`

/** SQL for the messages of the stored erasure. */
const isInRange = `message.chat_id = erasure.stream and message.seq >= erasure.from_seq and message.seq < erasure.before_seq
        and (erasure.user_id is null or message.user_id = erasure.user_id)`

/**
 * Removes the content of erased messages from their events, the content that was kept of those that were deleted before, and
 * the state of an erased member. It acts with the rights of its owner, because no service may update events. Its arguments
 * are the room and seq of a stored erasure only; without one, nothing is changed. `moreState`: the statements of later versions
 * that remove more of the state of the member.
 */
export const redactErased = (
  create: string,
  moreState = '',
): string => `${create} function redact_erased(room uuid, at_seq bigint) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
  begin
    with erasure as materialized (
      select stream, seq, data::json as body, (data::json ->> 'from')::bigint as from_seq,
        (data::json ->> 'before')::bigint as before_seq, (data::json ->> 'user')::uuid as user_id
      from event where stream = room and seq = at_seq and type = 'MessagesErased'
    ),
    gone as materialized (
      select message.chat_id, message.id, message.seq, ${tombstone} as tombstone
      from erasure join message on ${isInRange} and message.deleted_seq = erasure.seq
    ),
    kept as (
      delete from deleted_message using erasure, message
      where ${isInRange} and deleted_message.chat_id = message.chat_id and deleted_message.message_id = message.id
    ),
    state as (
      delete from member_state using erasure
      where member_state.chat_id = erasure.stream and member_state.user_id = erasure.user_id
    ),${moreState}
    carrier as materialized (
      select chat_id, id, seq, false as is_edit, tombstone from gone
      union all
      select gone.chat_id, gone.id, edit.seq, true, tombstone from gone
      join message_edit as edit on edit.chat_id = gone.chat_id and edit.message_id = gone.id
    )
    update event set digest = '', data = case
      when not is_edit then tombstone
      else '{"id":"' || command_id || '","user_id":"' || (data::json ->> 'user_id')
        || '","created_at":"' || (data::json ->> 'created_at') || '","message":' || tombstone || '}' end
    from carrier where event.stream = carrier.chat_id and event.seq = carrier.seq and event.digest <> '';
  end $$`

/**
 * Removes the external id, the profile and the blocked users from the events of a user who is erased. Its argument is the id
 * only; a user without a stored erasure is not changed.
 */
const redactUser = `create function redact_user(person uuid) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
  begin
    if not exists (select from event where stream = person and type = 'UserErased') then return; end if;
    update event set digest = '', data = case type
      when 'BlockSet' then '{"id":"' || command_id || '","user":"00000000-0000-0000-0000-000000000000","on":' || (data::json ->> 'on')
        || ',"created_at":"' || (data::json ->> 'created_at') || '"}'
      when 'UserCreated' then '{"user":' || bare || '}'
      else '{"id":"' || command_id || '","user":' || bare || ',"created_at":"' || (data::json ->> 'created_at') || '"}' end
    from (
      select seq as found_seq, '{"id":"' || person || '","externalUserId":"","created_at":"' || (data::json -> 'user' ->> 'created_at')
        || '","modified_at":"' || (data::json -> 'user' ->> 'modified_at') || '"}' as bare
      from event where stream = person and type in ('UserCreated', 'UserUpdated')
      union all select seq, '' from event where stream = person and type = 'BlockSet'
    ) as found
    where event.stream = person and event.seq = found_seq and event.digest <> '';
  end $$`

/** `apply_user_changes` with the users who are erased. */
const applyUserChangesWithErased = applyUserChanges(
  'create or replace',
  `
    update app_user set external_id = null, name = null, image = null, data = null, modified_at = now.modified_at
    from json_to_recordset(changes -> 'erased_users') as now (id uuid, modified_at timestamptz) where app_user.id = now.id;
    delete from block using json_to_recordset(changes -> 'erased_users') as gone (id uuid) where block.user_id = gone.id;
    perform redact_user(gone.id) from json_to_recordset(changes -> 'erased_users') as gone (id uuid);`,
)

/** `apply_room_changes` with erasures. They are applied last, because no later event changes an erased message. */
const applyChangesWithErasures = applyRoomChanges({
  create: 'create or replace',
  returning: rareGroups.returning,
  insertMessages: insertNumberedMessages,
  rareChanges: rareGroups.apply(
    ['erasures', 'erased_users'],
    `
        if groups && array['erasures'] then
          perform apply_erasures(message_changes);
        end if;`,
  ),
})

const appendWithErasures = appendOutcomes({
  ...appendOfUsers,
  kind: `case when type in ('UserCreated', 'UserUpdated', 'BlockSet', 'UserErased') then 'user' else 'chat' end`,
})

/** In the order of their creation. No role may redact until `admin roles` grants it to the writer. */
export const erasureFunctions = [
  redactErased('create'),
  'revoke all on function redact_erased from public',
  redactUser,
  'revoke all on function redact_user from public',
  applyErasures({ create: 'create', furtherChanges: '' }),
  applyUserChangesWithErased,
  applyChangesWithErasures,
  appendWithErasures,
]
