import { redact } from './0005-redact.ts'
import { applyRoomChanges } from './0005-room-changes.ts'

/**
 * The changes of messages by events other than `new-message`, and their mentions.
 * Most batches have none, and then this function is not called. A group that is
 * absent has no rows. Each group has at most one row per key.
 */
export const applyMessageChanges = ({
  create,
  furtherChanges,
}: Pick<
  AppendParts,
  'create' | 'furtherChanges'
>): string => `${create} function apply_message_changes(changes json) returns void language plpgsql as $$
  begin
    insert into message_edit (chat_id, message_id, seq)
    select chat_id, id, seq from json_to_recordset(changes -> 'edits') as new (chat_id uuid, id uuid, seq bigint);
    update message set version_seq = now.version_seq, deleted_seq = now.deleted_seq, type = now.type
    from json_to_recordset(changes -> 'versions')
      as now (chat_id uuid, id uuid, version_seq bigint, deleted_seq bigint, type text)
    where message.chat_id = now.chat_id and message.id = now.id;
    update message set pinned_seq = now.seq
    from json_to_recordset(changes -> 'pins') as now (chat_id uuid, id uuid, seq bigint)
    where message.chat_id = now.chat_id and message.id = now.id;
    update message set reply_count = reply_count + now.added, last_reply_seq = coalesce(now.seq, last_reply_seq)
    from json_to_recordset(changes -> 'replies') as now (chat_id uuid, id uuid, added int, seq bigint)
    where message.chat_id = now.chat_id and message.id = now.id;
    delete from mention using json_to_recordset(changes -> 'unmentioned') as gone (chat_id uuid, id uuid), message
    where message.chat_id = gone.chat_id and message.id = gone.id
      and mention.chat_id = message.chat_id and mention.seq = message.seq;
    insert into mention (chat_id, user_id, seq)
    select message.chat_id, new.user_id, message.seq
    from json_to_recordset(changes -> 'mentions') as new (chat_id uuid, id uuid, user_id uuid)
    join message on message.chat_id = new.chat_id and message.id = new.id;
    delete from message_reaction
    using json_to_recordset(changes -> 'unreacted') as gone (chat_id uuid, id uuid, reaction text, user_id uuid)
    where message_reaction.chat_id = gone.chat_id and message_reaction.message_id = gone.id
      and message_reaction.reaction = gone.reaction and message_reaction.user_id = gone.user_id;
    insert into message_reaction (chat_id, message_id, reaction, user_id, seq)
    select chat_id, id, reaction, user_id, seq
    from json_to_recordset(changes -> 'reactions') as new (chat_id uuid, id uuid, reaction text, user_id uuid, seq bigint)
    on conflict (chat_id, message_id, reaction, user_id) do update set seq = excluded.seq;
    delete from reaction_count
    using json_to_recordset(changes -> 'uncounted') as gone (chat_id uuid, id uuid, reaction text)
    where reaction_count.chat_id = gone.chat_id and reaction_count.message_id = gone.id
      and reaction_count.reaction = gone.reaction;
    insert into reaction_count (chat_id, message_id, reaction, users)
    select chat_id, id, reaction, users
    from json_to_recordset(changes -> 'counts') as new (chat_id uuid, id uuid, reaction text, users int)
    on conflict (chat_id, message_id, reaction) do update set users = excluded.users;${furtherChanges}
  end $$`

const insertMessages = `insert into message (chat_id, seq, id, created_at, user_id, type, thread, reply_to)
      select * from unnest(message_chats, message_seqs, message_ids, messages_created_at, message_users, message_types,
        message_threads, messages_reply_to);`

const changeParameters = Array.from({ length: 36 }, (_, index) => `$${index + 22}`).join(', ')

/** The parts of `append_outcomes` that a later migration replaces. */
interface AppendParts {
  readonly create: string
  readonly declarations: string
  /** Compares further heads, after those of rooms. */
  readonly compareHeads: string
  /** The kind of the stream of an event, by its type. */
  readonly kind: string
  /** Writes further changes, after those of rooms. */
  readonly furtherChanges: string
}

/**
 * `append_events`, with the changes of messages and the redaction of deleted ones.
 * The older functions stay: writers of the previous version call them until the
 * last of them is replaced. All lock the same rows and keys in the same order.
 */
export const appendOutcomes = (parts: AppendParts): string => `${parts.create} function append_outcomes(
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
    absent_key int;${parts.declarations}
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
    end if;${parts.compareHeads}
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
      select stream, seq, 1, ${parts.kind}, type, data, command_id, digest,
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
    perform apply_room_changes(${changeParameters});${parts.furtherChanges}
    if deleted_chats is not null then
      perform redact(deleted_chats, deleted_ids, keeps_deleted);
    end if;
    return true;
  end $$`

/** In the order of their creation. No role may redact until `admin roles` grants it to the writer. */
export const messageChangeFunctions = [
  applyMessageChanges({ create: 'create', furtherChanges: '' }),
  redact,
  'revoke all on function redact from public',
  applyRoomChanges({
    create: 'create',
    returning: '',
    insertMessages,
    rareChanges: 'perform apply_message_changes(message_changes);',
  }),
  appendOutcomes({
    create: 'create',
    declarations: '',
    compareHeads: '',
    kind: `case type when 'UserCreated' then 'user' else 'chat' end`,
    furtherChanges: '',
  }),
]
