import { Migration } from '@mikro-orm/migrations'
import { redactErased } from './0011-functions.ts'

/** Markers move often: free space on the page lets Postgres update the row without the index. */
const table = `create table thread_marker (
    chat_id uuid not null,
    user_id uuid not null,
    thread uuid not null,
    gen int not null,
    seq bigint not null,
    primary key (chat_id, user_id, thread)
  ) with (fillfactor = 70)`

/** An erased member has no markers of threads either. */
const erasedMarkers = `
    threads as (
      delete from thread_marker using erasure
      where thread_marker.chat_id = erasure.stream and thread_marker.user_id = erasure.user_id
    ),`

/** The read markers of members in threads. They are apart from `member_state`, so that the markers of rooms keep their key. */
export class ThreadMarkerTable extends Migration {
  override up(): void {
    for (const statement of [table, redactErased('create or replace', erasedMarkers)]) this.addSql(statement)
  }
}
