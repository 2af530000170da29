import type { Attachment } from '../../../shared/domain/events.ts'
import type { Rules } from '../../../shared/domain/rules.ts'
import type { BlobKey } from '../../../shared/ports/blob-store.ts'
import type { AttachmentQuery, ListedAttachment, MemberRights } from '../../../shared/ports/read-model.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { roleCell } from './role-cells.ts'

/** Exported, as the next one, so that a test can examine its plan. */
export const readRightsStatement: Statement = {
  name: 'read-rights',
  text: `select ${roleCell('chat_member', 'chat')} as role, chat.rules, chat.name = '' as is_direct
    from chat_member join chat on chat.id = chat_member.chat_id
    where chat_member.chat_id = $1::uuid and chat_member.user_id = $2::uuid and chat_member.until_seq is null`,
}

interface RightsRow {
  readonly role: number
  readonly rules: string | null
  readonly is_direct: boolean
}

/** The rights of a user in a room; undefined: not a member, or the chat does not exist. */
export const readRights = async (session: DatabaseSession, room: string, user: string): Promise<MemberRights | undefined> => {
  const [row] = await session.run<RightsRow>(readRightsStatement, [room, user])
  if (row === undefined) return undefined
  const rules = row.rules === null ? {} : (JSON.parse(row.rules) as Rules)
  return { role: row.role, rules, isDirect: row.is_direct }
}

/** No row: the reader is not a member. A row without a message: none of the messages has files. */
export const listAttachmentsStatement: Statement = {
  name: 'list-attachments',
  text: `select found.id, found.attachments
    from (select from chat_member where chat_id = $1::uuid and user_id = $2::uuid and until_seq is null) as reader
    left join lateral (
      select message.id, (case when message.version_seq is null then event.data::json
        else event.data::json -> 'message' end ->> 'attachments') as attachments
      from message join event on event.stream = $1::uuid and event.seq = coalesce(message.version_seq, message.seq)
      where message.chat_id = $1::uuid and message.id = any($3::uuid[]) and message.deleted_seq is null
    ) as found on found.attachments is not null`,
}

interface AttachmentsRow {
  readonly id: string | null
  readonly attachments: string
}

const findNamedFile: Statement = {
  name: 'find-named-file',
  text: 'select from attachment where chat_id = $1::uuid and file_id = $2::uuid limit 1',
}

/** Whether a message that is not deleted names the file, or an earlier version of it does. */
export const isFileNamed = async (session: DatabaseSession, { room, file }: BlobKey): Promise<boolean> =>
  (await session.run(findNamedFile, [room, file])).length > 0

/** The files of messages as they are now; undefined: the reader is not a member. */
export const listAttachments = async (
  session: DatabaseSession,
  { room, reader, messages }: AttachmentQuery,
): Promise<readonly ListedAttachment[] | undefined> => {
  const rows = await session.run<AttachmentsRow>(listAttachmentsStatement, [room, reader, messages])
  if (rows.length === 0) return undefined
  return rows.flatMap(({ id, attachments }) =>
    id === null ? [] : (JSON.parse(attachments) as Attachment[]).map((file) => ({ message: id, file })),
  )
}
