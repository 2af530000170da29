import { applyRoomChanges } from './0005-room-changes.ts'
import { insertNumbered } from './0008-functions.ts'

/**
 * The changes of chats and of roles by events. A group that is absent has no rows, and each has at most one row per key. A
 * column that is null stays. A user may be banned who never was a member: its row then begins and ends with the ban.
 */
const applyChatChanges = `create function apply_chat_changes(changes json) returns void language plpgsql as $$
  begin
    update chat set name = coalesce(now.name, chat.name), image = coalesce(now.image, chat.image),
      data = coalesce(now.data, chat.data), rules = coalesce(now.rules, chat.rules)
    from json_to_recordset(changes -> 'chats') as now (chat_id uuid, name text, image text, data text, rules text)
    where chat.id = now.chat_id;
    insert into chat_member (chat_id, user_id, since_seq, until_seq)
    select chat_id, user_id, banned_seq, banned_seq
    from json_to_recordset(changes -> 'roles') as now (chat_id uuid, user_id uuid, banned_seq bigint)
    where banned_seq is not null
    on conflict (chat_id, user_id) do nothing;
    update chat_member set role = case when now.sets_role then now.role else chat_member.role end,
      lowered_role = case when now.sets_lowered then now.lowered_role else chat_member.lowered_role end,
      lowered_until = case when now.sets_lowered then now.lowered_until else chat_member.lowered_until end
    from json_to_recordset(changes -> 'roles') as now (chat_id uuid, user_id uuid, sets_role boolean, role smallint,
      sets_lowered boolean, lowered_role smallint, lowered_until timestamptz)
    where chat_member.chat_id = now.chat_id and chat_member.user_id = now.user_id;
  end $$`

/** The groups that `apply_message_changes` does not write, as SQL. */
const ownGroups = (further: readonly string[]): string =>
  ['chats', 'roles', 'user_heads', 'user_seqs', 'profiles', 'blocks', 'unblocks', ...further]
    .map((group) => `'${group}'`)
    .join(', ')

/**
 * `apply_room_changes`, which writers of the previous version call too: it numbers messages, and a member who returns keeps
 * its role only if it is an owner (50), and is a member (20) otherwise; null stays. Only the functions whose groups a batch
 * has are called, because each of their statements parses all groups.
 */
const applyChangesWithRoles = (): string =>
  applyRoomChanges({
    create: 'create or replace',
    returning: rareGroups.returning,
    insertMessages: insertNumberedMessages,
    rareChanges: rareGroups.apply([], ''),
  })

/** SQL that stores the messages of a batch with their numbers. */
export const insertNumberedMessages = insertNumbered(
  'chat_id, seq, id, created_at, user_id, type, thread, reply_to',
  `message_chats, message_seqs, message_ids, messages_created_at, message_users, message_types,
            message_threads, messages_reply_to`,
)

/** The parts of `apply_room_changes` that concern roles and rare changes. A later migration adds groups of its own. */
export const rareGroups = {
  returning: `,
        role = case when chat_member.role is null or chat_member.role = 50 then chat_member.role else 20 end`,
  /** `groups`: those that change no message; `changes`: the SQL that writes them. */
  apply: (groups: readonly string[], changes: string): string => `declare
        groups text[] := array(select json_object_keys(message_changes));
      begin
        if groups && array['chats', 'roles'] then
          perform apply_chat_changes(message_changes);
        end if;
        if not groups <@ array[${ownGroups(groups)}] then
          perform apply_message_changes(message_changes);
        end if;${changes}
      end;`,
}

/** In the order of their creation. */
export const roleFunctions = [applyChatChanges, applyChangesWithRoles()]
