/** The parts of `apply_room_changes` that a later migration replaces. */
interface RoomChangesParts {
  readonly create: string
  /** Further columns of a membership that begins again. */
  readonly returning: string
  readonly insertMessages: string
  /** Writes `message_changes`, which is not null. */
  readonly rareChanges: string
}

/**
 * `apply_changes`, with the references of messages, the time of the last activity
 * and the changes of messages. `active_at` is null where it equals `last_at`, so
 * that a writer of the previous version keeps it right. `-infinity`: none of the
 * events is an activity.
 */
export const applyRoomChanges = (parts: RoomChangesParts): string => `${parts.create} function apply_room_changes(
    user_ids uuid[], external_ids text[], user_names text[], users_created_at timestamptz[], users_modified_at timestamptz[],
    new_ids uuid[], new_seqs bigint[], new_last_at timestamptz[], new_counts int[], new_modified_at timestamptz[],
    new_names text[], new_created_by uuid[], new_created_at timestamptz[], new_active_at timestamptz[],
    chat_ids uuid[], chat_seqs bigint[], chats_last_at timestamptz[], chats_added int[], chats_modified_at timestamptz[],
    chats_active_at timestamptz[],
    start_chats uuid[], start_users uuid[], start_since bigint[], start_until bigint[],
    end_chats uuid[], end_users uuid[], end_until bigint[],
    message_chats uuid[], message_seqs bigint[], message_ids uuid[], messages_created_at timestamptz[],
    message_users uuid[], message_types text[], message_threads uuid[], messages_reply_to uuid[],
    message_changes json
  ) returns void language plpgsql as $$
  begin
    if user_ids is not null then
      insert into app_user (id, external_id, name, created_at, modified_at)
      select * from unnest(user_ids, external_ids, user_names, users_created_at, users_modified_at);
    end if;
    if new_ids is not null then
      insert into chat (id, seq, last_at, member_count, modified_at, name, created_by, created_at, active_at)
      select id, seq, last_at, added, modified_at, name, created_by, created_at, nullif(active_at, last_at)
      from unnest(new_ids, new_seqs, new_last_at, new_counts, new_modified_at, new_names, new_created_by, new_created_at,
        new_active_at) as new (id, seq, last_at, added, modified_at, name, created_by, created_at, active_at);
    end if;
    if chat_ids is not null then
      update chat set seq = now.seq, last_at = now.last_at, member_count = chat.member_count + now.added,
        modified_at = coalesce(now.modified_at, chat.modified_at),
        active_at = nullif(case now.active_at when '-infinity' then coalesce(chat.active_at, chat.last_at)
          else now.active_at end, now.last_at)
      from unnest(chat_ids, chat_seqs, chats_last_at, chats_added, chats_modified_at, chats_active_at)
        as now (id, seq, last_at, added, modified_at, active_at)
      where chat.id = now.id;
    end if;
    if start_chats is not null then
      insert into chat_member (chat_id, user_id, since_seq, until_seq)
      select * from unnest(start_chats, start_users, start_since, start_until)
      on conflict (chat_id, user_id) do update set since_seq = excluded.since_seq, until_seq = excluded.until_seq${parts.returning};
    end if;
    if end_chats is not null then
      update chat_member set until_seq = gone.until_seq
      from unnest(end_chats, end_users, end_until) as gone (chat_id, user_id, until_seq)
      where chat_member.chat_id = gone.chat_id and chat_member.user_id = gone.user_id;
    end if;
    if message_chats is not null then
      ${parts.insertMessages}
    end if;
    if message_changes is not null then
      ${parts.rareChanges}
    end if;
  end $$`
