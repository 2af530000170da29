import { applyMessageChanges } from './0005-functions.ts'
import { applyErasures } from './0011-functions.ts'

/**
 * Frees the files of messages: a file that no other message names is queued for its removal from the blob store. It reads
 * the table of attachments and not the events, because those of a deleted message have no content. Call it in the
 * transaction that removes the content of the messages, while their rooms are locked.
 */
const releaseFiles = `create function release_files(chats uuid[], messages uuid[]) returns void language plpgsql as $$
  declare
    gone_chats uuid[];
    gone_files uuid[];
  begin
    with gone as (
      delete from attachment using unnest(chats, messages) as asked (chat_id, id)
      where attachment.chat_id = asked.chat_id and attachment.message_id = asked.id
      returning attachment.chat_id, attachment.file_id
    )
    select array_agg(chat_id), array_agg(file_id) into gone_chats, gone_files from gone;
    insert into released_file (chat_id, file_id)
    select chat_id, file_id from unnest(gone_chats, gone_files) as gone (chat_id, file_id)
    where not exists (
      select from attachment as other where other.chat_id = gone.chat_id and other.file_id = gone.file_id
    )
    on conflict do nothing;
  end $$`

/** The changes of files by events. A group that is absent has no rows. */
const applyFileChanges = `create function apply_file_changes(changes json) returns void language plpgsql as $$
  begin
    insert into attachment (chat_id, file_id, message_id)
    select chat_id, file_id, id from json_to_recordset(changes -> 'files') as new (chat_id uuid, file_id uuid, id uuid)
    on conflict do nothing;
    if changes -> 'unfiled' is not null then
      perform release_files(array_agg(chat_id), array_agg(id))
      from json_to_recordset(changes -> 'unfiled') as gone (chat_id uuid, id uuid);
    end if;
  end $$`

/** `apply_message_changes`, which writers of the previous version call too: they send no groups of files. */
const applyChangesWithFiles = applyMessageChanges({
  create: 'create or replace',
  furtherChanges: `
    if changes -> 'files' is not null or changes -> 'unfiled' is not null then
      perform apply_file_changes(changes);
    end if;`,
})

/** `apply_erasures`, which frees the files of the erased messages too. */
const applyErasuresWithFiles = applyErasures({
  create: 'create or replace',
  furtherChanges: `
      perform release_files(array_agg(filed.chat_id), array_agg(filed.message_id)) from (
        select attachment.chat_id, attachment.message_id from message
        join attachment on attachment.chat_id = message.chat_id and attachment.message_id = message.id
        where message.chat_id = erased.chat_id and message.seq >= erased.from_seq and message.seq < erased.before_seq
          and (erased.user_id is null or message.user_id = erased.user_id)
      ) as filed;`,
})

/** In the order of their creation. */
export const fileFunctions = [releaseFiles, applyFileChanges, applyChangesWithFiles, applyErasuresWithFiles]
