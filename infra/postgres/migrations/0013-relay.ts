import { Migration } from '@mikro-orm/migrations'

/**
 * `relay_position` is for a relay inside the embedded process. `relay_parked` has the rooms whose events a sink of requests
 * could not deliver yet: the relay reads them from `event` when the room is due. Rows of both change often: free space on the
 * page lets Postgres update a row without the key. `relay_dead_letter` names the events that a sink will not receive,
 * without their content, and `relay_ended` the endpoints that have ended their subscription.
 */
const tables = [
  'create table relay_position (sink text not null, room uuid not null, seq bigint not null, primary key (sink, room)) with (fillfactor = 70)',
  `create table relay_parked (
    sink text not null,
    room uuid not null,
    next_seq bigint not null,
    last_seq bigint not null,
    failures int not null,
    reason text not null,
    waits_since timestamptz(3) not null,
    due_at timestamptz(3) not null,
    primary key (sink, room)
  ) with (fillfactor = 70)`,
  'create index relay_parked_due on relay_parked (sink, due_at)',
  `create table relay_dead_letter (
    sink text not null,
    room uuid not null,
    seq bigint not null,
    reason text not null,
    recorded_at timestamptz not null default now(),
    primary key (sink, room, seq)
  )`,
  'create index relay_dead_letter_recorded_at on relay_dead_letter (recorded_at)',
  `create table relay_ended (
    sink text not null,
    endpoint text not null,
    ended_at timestamptz not null default now(),
    primary key (sink, endpoint)
  )`,
]

/** The positions of embedded relays, and the rooms and events that a webhook has not received. */
export class Relay extends Migration {
  override up(): void {
    for (const statement of tables) this.addSql(statement)
  }
}
