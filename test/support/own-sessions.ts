/**
 * Database sessions that a process opens beside its pool of `DATABASE_POOL`
 * connections: a writer appends in one and holds its advisory lock in another, the audit walks the
 * store in one. `test/e2e/database-sessions.test.ts` counts them on Postgres.
 */
export const ownSessions = { gateway: 0, writer: 2, audit: 1 } as const

/** Sessions of an `admin` subcommand that ends by itself: it has no pool. */
export const adminSessions = 1
