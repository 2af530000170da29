import { Migration } from '@mikro-orm/migrations'
import { fileFunctions } from './0012-functions.ts'

const tables = [
  // Only messages with files have rows here.
  `create table attachment (
    chat_id uuid not null,
    file_id uuid not null,
    message_id uuid not null,
    primary key (chat_id, file_id, message_id)
  )`,
  'create index attachment_of_message on attachment (chat_id, message_id)',
  // A queue: the files of deleted messages whose content is still in the blob store.
  `create table released_file (
    chat_id uuid not null,
    file_id uuid not null,
    released_at timestamptz(3) not null default now(),
    primary key (chat_id, file_id)
  )`,
]

/** The files of messages, and the files that are to be removed. */
export class Attachments extends Migration {
  override up(): void {
    for (const statement of [...tables, ...fileFunctions]) this.addSql(statement)
  }
}
