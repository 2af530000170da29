import pg from 'pg'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { withAdminConnection } from './admin-connection.ts'
import type { ServiceRole } from './role-name.ts'
import { roleName, serviceRoles } from './role-name.ts'

/** The rights of each role on each table; it has no others. */
const grants = {
  writer: {
    event: 'select, insert',
    rejection: 'select, insert',
    app_user: 'select, insert, update',
    block: 'select, insert, update, delete',
    chat: 'select, insert, update',
    chat_member: 'select, insert, update',
    message: 'select, insert, update',
    message_edit: 'select, insert',
    message_reaction: 'select, insert, update, delete',
    reaction_count: 'select, insert, update, delete',
    mention: 'select, insert, delete',
    attachment: 'select, insert, delete',
    released_file: 'select, insert',
    meta: 'select',
    mikro_orm_migrations: 'select',
  },
  gateway: {
    event: 'select',
    rejection: 'select',
    app_user: 'select',
    block: 'select',
    chat: 'select',
    chat_member: 'select',
    message: 'select',
    message_edit: 'select',
    message_reaction: 'select',
    reaction_count: 'select',
    mention: 'select',
    deleted_message: 'select',
    member_state: 'select, insert, update',
    message_term: 'select',
    thread_marker: 'select, insert, update',
    meta: 'select',
    mikro_orm_migrations: 'select',
  },
  // The time of a deletion, not the content; the ids of files, not their names.
  sweeper: {
    deleted_message: 'select (deleted_at), delete',
    attachment: 'select (chat_id, file_id)',
    released_file: 'select, delete',
  },
  // Of members and users, only what a notification needs.
  relay: {
    event: 'select',
    app_user: 'select (id, external_id, name)',
    member_state: 'select (chat_id, user_id, seq, muted_until)',
    chat: 'select',
    chat_member: 'select',
    relay_parked: 'select, insert, update, delete',
    relay_dead_letter: 'select, insert',
    relay_ended: 'select, insert',
    message: 'select',
    message_text: 'select, insert, update, delete',
    message_term: 'select, insert, delete',
    meta: 'select',
    mikro_orm_migrations: 'select',
  },
} as const satisfies Readonly<Record<ServiceRole, Readonly<Record<string, string>>>>

/**
 * Every role may execute a new function; these are the writer's. They act with the rights of the role that calls them, but
 * `redact`, `redact_erased` and `redact_user` with those of their owner: the writer may not update events.
 */
const writerFunctions = [
  'append_batch',
  'append_events',
  'append_outcomes',
  'apply_changes',
  'apply_room_changes',
  'apply_message_changes',
  'apply_chat_changes',
  'apply_file_changes',
  'release_files',
  'apply_user_changes',
  'redact',
  'apply_erasures',
  'redact_erased',
  'redact_user',
] as const

const name = pg.escapeIdentifier

/** Skipped if the role exists, so that the owner of the database does not need CREATEROLE. */
const makeRole = (role: string): string =>
  `do $$ begin
    if not exists (select from pg_roles where rolname = ${pg.escapeLiteral(role)}) then create role ${name(role)} nologin; end if;
  exception when duplicate_object then null; end $$`

const statementsFor = (database: string, service: ServiceRole): string[] => {
  const role = roleName(database, service)
  return [
    makeRole(role),
    `grant connect on database ${name(database)} to ${name(role)}`,
    `grant usage on schema public to ${name(role)}`,
    // Only the tables of this version: a roll-back must not take rights from a later version that still runs.
    ...Object.entries(grants[service]).flatMap(([table, rights]) => [
      `revoke all on ${name(table)} from ${name(role)}`,
      `grant ${rights} on ${name(table)} to ${name(role)}`,
    ]),
  ]
}

const run = async (session: DatabaseSession, texts: readonly string[]): Promise<void> => {
  for (const text of texts) await session.run({ name: 'roles', text })
}

const cannotExist: Statement = {
  name: 'role-cannot-exist',
  text: `select not exists (select from pg_roles where rolname = $1)
    and not (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as is_so`,
}

/** Roles that are newer than those of writer and gateway, and the programs that need them. */
const newerRoles: Readonly<Partial<Record<ServiceRole, string>>> = {
  sweeper: '`admin sweep` needs it',
  relay: 'a relay needs it',
}

/**
 * Resolves with the services whose roles exist or can be created. An upgrade whose owner may not create a newer role must not
 * fail, because writers and gateways wait for it and do not need this role.
 */
const grantable = async (session: DatabaseSession, database: string, log: Log): Promise<readonly ServiceRole[]> => {
  const found: ServiceRole[] = []
  for (const service of serviceRoles) {
    const role = roleName(database, service)
    const use = newerRoles[service]
    const [row] = use === undefined ? [] : await session.run<{ is_so: boolean }>(cannotExist, [role])
    if (row?.is_so === true) log.warn({ role }, `the role does not exist and cannot be created: ${use}`)
    else found.push(service)
  }
  return found
}

/**
 * Creates the least-privilege roles `<database>_writer`, `<database>_gateway`,
 * `<database>_sweeper` and `<database>_relay`: none may change the schema or truncate, a writer may
 * delete reactions, mentions and blocks only and may not update events, a gateway may
 * write the state of members only, and a sweeper may only delete the kept content of deleted messages,
 * which it may not read, and the queue of their files. A relay may read events, names, read
 * markers and mute settings, and write its own tables. Other roles may not connect.
 *
 * Promises:  a repeated call restores these rights. Run it after each
 *            migration. Leaves out a role of the sweeper or of relays, with a warning, where
 *            it does not exist and the owner may not create roles.
 * Does not:  allow a login: the operator gives a role its password or members.
 */
export const makeRoles = (url: string, log: Log): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    const roles = await pool.transaction(async (session) => {
      const [row] = await session.run<{ name: string }>({ name: 'which-database', text: 'select current_database() as name' })
      const found = row?.name ?? ''
      const services = await grantable(session, found, log)
      await run(session, [
        `revoke all on database ${name(found)} from public`,
        'revoke create on schema public from public',
        ...services.flatMap((service) => statementsFor(found, service)),
        ...writerFunctions.flatMap((routine) => [
          `revoke all on function ${name(routine)} from public`,
          `grant execute on function ${name(routine)} to ${name(roleName(found, 'writer'))}`,
        ]),
      ])
      return services.map((service) => roleName(found, service))
    })
    log.info({ roles }, 'the rights of the roles are granted')
  })
