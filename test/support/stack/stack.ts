import type { Link } from './link.ts'
import type { Programs } from './programs.ts'
import type { StackUrls } from './stack-urls.ts'

/** Where the three services come from. */
export type StackKind = 'env' | 'native' | 'docker'

export type BackingName = 'kafka' | 'postgres' | 'redis'

/**
 * One of the three services, to be harmed. What it stored outlives every harm
 * (Redis stores nothing), and it comes back on the same address.
 */
export interface BackingService {
  /** Resolves once it answers for real. */
  start(): Promise<void>
  /** An orderly end. */
  stop(): Promise<unknown>
  /** SIGKILL to all of it. */
  kill(): Promise<void>
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Stop, then start. */
  restart(): Promise<void>
}

/**
 * Kafka, Postgres and Redis for a test, whatever stands behind them.
 *
 * Promises:  each namespace and each database is fresh; nothing of one is seen in another.
 * Does not:  harm services that it did not start for this caller alone (`env`,
 *            and the shared stack): `kill` and the like throw, and so does `link`.
 */
export interface Stack extends Readonly<Record<BackingName, BackingService>>, AsyncDisposable {
  readonly kind: StackKind
  /** How programs of ours are run beside it: as processes, or as containers where it is made of containers. */
  readonly programs: Programs
  /**
   * The addresses for one role on this machine, through its links where the stack was started
   * with links for it, direct otherwise. `gateway-2` without links of its own uses
   * those of `gateway`. A database's URL keeps its name and gets the role's address.
   */
  urls(role?: string, databaseUrl?: string): StackUrls
  /** The role's way to one service; throws when the stack was not started with links for that role. */
  link(role: string, service: BackingName): Link
  /** A prefix for topics, groups, keys and channels that nobody has used. */
  freshNamespace(): string
  /** An empty database, named after the namespace; its URL, direct. */
  createDatabase(namespace?: string): Promise<string>
  /** Drops the namespace's database and topics, where the services go on being used by others. */
  forget(namespace: string): Promise<void>
}
