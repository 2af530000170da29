import { Migration } from '@mikro-orm/migrations'

const statements = [
  `create table event (
    stream uuid not null,
    seq bigint not null,
    v smallint not null,
    kind text not null,
    type text not null,
    data text not null,
    command_id uuid not null,
    digest text not null,
    recorded_at timestamptz not null default now(),
    primary key (stream, seq),
    constraint event_command unique (stream, command_id)
  )`,
  `create table rejection (
    stream uuid not null,
    command_id uuid not null,
    digest text not null,
    code text not null,
    message text not null,
    details text null,
    v smallint not null,
    recorded_at timestamptz not null default now(),
    primary key (stream, command_id)
  )`,
  'create index rejection_recorded_at on rejection (recorded_at)',
  `create table app_user (
    id uuid not null primary key,
    external_id text not null,
    name text null,
    created_at timestamptz(3) not null,
    modified_at timestamptz(3) not null,
    constraint app_user_external_id unique (external_id)
  )`,
  // Every event of a room updates its row: free space on the page lets Postgres update the row without the indexes.
  `create table chat (
    id uuid not null primary key,
    name text not null,
    created_by uuid not null,
    seq bigint not null,
    last_at timestamptz(3) not null,
    member_count int not null,
    created_at timestamptz(3) not null,
    modified_at timestamptz(3) not null
  ) with (fillfactor = 70)`,
  `create table chat_member (
    chat_id uuid not null,
    user_id uuid not null,
    since_seq bigint not null,
    until_seq bigint null,
    primary key (chat_id, user_id)
  )`,
  'create index chat_member_present on chat_member (user_id, chat_id) where until_seq is null',
  `create table message (
    chat_id uuid not null,
    seq bigint not null,
    id uuid not null,
    created_at timestamptz(3) not null,
    user_id uuid not null,
    type text not null,
    primary key (chat_id, seq),
    constraint message_id unique (chat_id, id)
  )`,
  'create index message_created_at on message (chat_id, created_at, seq)',
  'create table meta (key text not null primary key, value text not null)',
  `insert into meta (key, value) values ('epoch', gen_random_uuid()::text)`,
]

/** Event store, read model, and the epoch of this database. */
export class FirstTables extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement)
  }
}
