import { Migration } from '@mikro-orm/migrations'

/** The read markers of members in threads. They are apart from `member_state`, so that the markers of rooms keep their key. */
export class ThreadMarkers extends Migration {
  override up(): void {
    // Markers move often: free space on the page lets Postgres update the row without the index.
    this.addSql(`create table thread_marker (
      chat_id uuid not null,
      user_id uuid not null,
      thread uuid not null,
      gen int not null,
      seq bigint not null,
      primary key (chat_id, user_id, thread)
    ) with (fillfactor = 70)`)
  }
}
