import { Migration } from '@mikro-orm/migrations'
import { indexMessages } from './0010-functions.ts'

/**
 * An entry for each term of each message, in the order of time within a chat: the newest messages of a chat with a term are
 * one range of the key, and its values are all that a search compares. The times of a room never decrease, so this is the
 * order of seqs too. `message_text` has the terms of a message, to remove its entries.
 */
const tables = [
  `create table message_text (
    chat_id uuid not null,
    seq bigint not null,
    version bigint not null,
    created_at timestamptz(3) not null,
    terms text[] not null,
    primary key (chat_id, seq)
  )`,
  `create table message_term (
    chat_id uuid not null,
    term text not null collate "C",
    created_at timestamptz(3) not null,
    seq bigint not null,
    primary key (chat_id, term, created_at, seq)
  )`,
]

/** The index of the words of messages. It is empty until a relay or `admin reindex` fills it. */
export class SearchTables extends Migration {
  override up(): void {
    for (const statement of [...tables, indexMessages]) this.addSql(statement)
  }
}
