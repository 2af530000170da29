import { Migration } from '@mikro-orm/migrations'

/**
 * Writes the changes of the read model by a sequence of events. A parameter group that is null has no rows. A later
 * migration replaces the function with another `insertMessages`.
 */
export const applyChanges = (create: string, insertMessages: string): string => `${create} function apply_changes(
    user_ids uuid[], external_ids text[], user_names text[], users_created_at timestamptz[], users_modified_at timestamptz[],
    new_ids uuid[], new_seqs bigint[], new_last_at timestamptz[], new_counts int[], new_modified_at timestamptz[],
    new_names text[], new_created_by uuid[], new_created_at timestamptz[],
    chat_ids uuid[], chat_seqs bigint[], chats_last_at timestamptz[], chats_added int[], chats_modified_at timestamptz[],
    start_chats uuid[], start_users uuid[], start_since bigint[], start_until bigint[],
    end_chats uuid[], end_users uuid[], end_until bigint[],
    message_chats uuid[], message_seqs bigint[], message_ids uuid[], messages_created_at timestamptz[],
    message_users uuid[], message_types text[]
  ) returns void language plpgsql as $$
  begin
    if user_ids is not null then
      insert into app_user (id, external_id, name, created_at, modified_at)
      select * from unnest(user_ids, external_ids, user_names, users_created_at, users_modified_at);
    end if;
    if new_ids is not null then
      insert into chat (id, seq, last_at, member_count, modified_at, name, created_by, created_at)
      select * from unnest(new_ids, new_seqs, new_last_at, new_counts, new_modified_at, new_names, new_created_by, new_created_at);
    end if;
    if chat_ids is not null then
      update chat set seq = now.seq, last_at = now.last_at, member_count = chat.member_count + now.added,
        modified_at = coalesce(now.modified_at, chat.modified_at)
      from unnest(chat_ids, chat_seqs, chats_last_at, chats_added, chats_modified_at)
        as now (id, seq, last_at, added, modified_at)
      where chat.id = now.id;
    end if;
    if start_chats is not null then
      insert into chat_member (chat_id, user_id, since_seq, until_seq)
      select * from unnest(start_chats, start_users, start_since, start_until)
      on conflict (chat_id, user_id) do update set since_seq = excluded.since_seq, until_seq = excluded.until_seq;
    end if;
    if end_chats is not null then
      update chat_member set until_seq = gone.until_seq
      from unnest(end_chats, end_users, end_until) as gone (chat_id, user_id, until_seq)
      where chat_member.chat_id = gone.chat_id and chat_member.user_id = gone.user_id;
    end if;
    if message_chats is not null then
      ${insertMessages}
    end if;
  end $$`

const insertMessages = `insert into message (chat_id, seq, id, created_at, user_id, type)
      select * from unnest(message_chats, message_seqs, message_ids, messages_created_at, message_users, message_types);`

const changeParameters = Array.from({ length: 31 }, (_, index) => `$${index + 17}`).join(', ')

/**
 * A join with the parameters uses the key even in a plan that was made for small
 * tables; a subquery in a condition may get a plan that reads a whole index.
 *
 * Existing chats are locked by their rows, in the order of ids; for a chat that
 * does not exist yet, an advisory lock is derived from its id, and these locks
 * are taken in the order of their keys. Every program that creates chats calls this
 * function. Each statement sees what was committed before the locks were held.
 *
 * The unique keys refuse an event after an event and a rejection after a
 * rejection. An event after a rejection is compared here. An event that was
 * stored since the outcomes were read has moved the head; a rejection of which
 * the outcomes were not read is compared with the events and rejections.
 */
const appendBatch = `create function append_batch(
    chats uuid[], heads bigint[], absent_chats uuid[],
    streams uuid[], seqs bigint[], types text[], bodies text[], command_ids uuid[], digests text[],
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
      insert into event (stream, seq, v, kind, type, data, command_id, digest)
      select stream, seq, 1, case type when 'UserCreated' then 'user' else 'chat' end, type, data, command_id, digest
      from unnest(streams, seqs, types, bodies, command_ids, digests)
        as new (stream, seq, type, data, command_id, digest);
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

/** The append at an expected head, and the projection that it shares with a rebuild. */
export class AppendBatch extends Migration {
  override up(): void {
    this.addSql(applyChanges('create', insertMessages))
    this.addSql(appendBatch)
  }
}
