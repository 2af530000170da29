/**
 * Removes the content of deleted messages from their events: the only change of a
 * stored event. It acts with the rights of its owner, because no service may
 * update events. Its arguments are ids only: the tombstone is the text in the
 * stored deletion, and a message without a stored deletion is not changed. The
 * digests are removed too, because a short text could be guessed from one. With
 * `keeps`, the messages are copied to `deleted_message` first.
 */
export const redact = `create function redact(chats uuid[], messages uuid[], keeps boolean) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
  begin
    with gone as materialized (
      select message.chat_id, message.id, message.seq, (deletion.data::json -> 'message')::text as tombstone
      from unnest(chats, messages) as asked (chat_id, id)
      join message on message.chat_id = asked.chat_id and message.id = asked.id
      join event as deletion on deletion.stream = message.chat_id and deletion.seq = message.deleted_seq
    ),
    carrier as materialized (
      select chat_id, id, seq, false as is_edit, tombstone from gone
      union all
      select gone.chat_id, gone.id, edit.seq, true, tombstone from gone
      join message_edit as edit on edit.chat_id = gone.chat_id and edit.message_id = gone.id
    ),
    kept as (
      insert into deleted_message (chat_id, message_id, seq, data)
      select carrier.chat_id, carrier.id, carrier.seq,
        case when is_edit then (event.data::json -> 'message')::text else event.data end
      from carrier join event on event.stream = carrier.chat_id and event.seq = carrier.seq
      where keeps and event.digest <> ''
    )
    update event set digest = '', data = case
      when not is_edit then tombstone
      else '{"id":"' || command_id || '","user_id":"' || (data::json ->> 'user_id')
        || '","created_at":"' || (data::json ->> 'created_at') || '","message":' || tombstone || '}' end
    from carrier where event.stream = carrier.chat_id and event.seq = carrier.seq and event.digest <> '';
  end $$`
