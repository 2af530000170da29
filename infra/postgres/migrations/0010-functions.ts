/** The first key of the advisory locks of rooms that are indexed. */
const indexingLock = 1_936_028_257

/** SQL for the entries of a row of `message_text` whose terms are `terms`, in `message_term`. */
const entriesOf = (row: string): string =>
  `entry.chat_id = ${row}.chat_id and entry.term = former.term and entry.created_at = ${row}.created_at and entry.seq = ${row}.seq`

/**
 * Brings the index up to the texts that the messages have now: a text that is not the newest version of its message is
 * ignored, and deleted messages are removed. A change names a message, or a range of seqs. One call at a time for each room,
 * so that each sees the rows of the one before it.
 */
export const indexMessages = `create function index_messages(changes json) returns void language plpgsql as $$
  begin
    perform pg_advisory_xact_lock(${indexingLock}, hashtext(rooms.room::text)) from (
      select distinct change.room from json_to_recordset(changes) as change (room uuid) order by change.room
    ) as rooms;

    with deleted as materialized (
      select message.chat_id, message.seq
      from json_to_recordset(changes) as change (room uuid, message uuid)
      join message on message.chat_id = change.room and message.id = change.message
      where message.deleted_seq is not null
      union
      select message.chat_id, message.seq
      from json_to_recordset(changes) as change (room uuid, "from" bigint, before bigint)
      join message on message.chat_id = change.room and message.deleted_seq is not null
        and message.seq >= change."from" and message.seq < change.before
    ),
    gone as (
      delete from message_text as indexed using deleted
      where indexed.chat_id = deleted.chat_id and indexed.seq = deleted.seq
      returning indexed.chat_id, indexed.seq, indexed.created_at, indexed.terms
    )
    delete from message_term as entry using gone cross join lateral unnest(gone.terms) as former (term)
    where ${entriesOf('gone')};

    with newest as materialized (
      select distinct on (message.chat_id, message.seq)
        message.chat_id, message.seq, message.created_at, change.version, change.terms
      from json_to_recordset(changes) as change (room uuid, message uuid, version bigint, terms text[])
      join message on message.chat_id = change.room and message.id = change.message
      where message.deleted_seq is null and change.version = coalesce(message.version_seq, message.seq)
      order by message.chat_id, message.seq
    ),
    replaced as materialized (
      select indexed.chat_id, indexed.seq, indexed.created_at, indexed.terms, newest.terms as terms_now
      from newest join message_text as indexed on indexed.chat_id = newest.chat_id and indexed.seq = newest.seq
      where indexed.terms <> newest.terms
    ),
    dropped as (
      delete from message_term as entry using replaced cross join lateral unnest(replaced.terms) as former (term)
      where former.term <> all (replaced.terms_now) and ${entriesOf('replaced')}
    ),
    texts as (
      insert into message_text (chat_id, seq, version, created_at, terms)
      select chat_id, seq, version, created_at, terms from newest
      on conflict (chat_id, seq) do update set version = excluded.version, terms = excluded.terms
      where (message_text.version, message_text.terms) is distinct from (excluded.version, excluded.terms)
    )
    insert into message_term (chat_id, term, created_at, seq)
    select newest.chat_id, found.term, newest.created_at, newest.seq
    from newest cross join lateral unnest(newest.terms) as found (term)
    on conflict do nothing;
  end $$`
