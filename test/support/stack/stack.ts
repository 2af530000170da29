import type { Link } from './link.ts'
import type { Programs } from './programs.ts'
import type { StackUrls } from './stack-urls.ts'

/** How the three services run: given by the environment, as processes, or as containers. */
export type StackKind = 'env' | 'native' | 'docker'

export type BackingName = 'kafka' | 'postgres' | 'redis'

/**
 * One of the three services, with switches for faults. Its stored data survives
 * every fault (Redis stores nothing), and it restarts on the same address.
 */
export interface BackingService {
  /** Resolves once it answers requests. */
  start(): Promise<void>
  /** A graceful stop. */
  stop(): Promise<unknown>
  /** SIGKILL to all its processes. */
  kill(): Promise<void>
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Stop, then start. */
  restart(): Promise<void>
}

/**
 * Kafka, Postgres and Redis for a test, as processes, containers or given servers.
 *
 * Promises:  each namespace and each database is fresh; none sees data of another.
 * Does not:  inject faults into services that other callers use (`env`, and the
 *            shared stack): `kill` and the other switches throw, and so does `link`.
 */
export interface Stack extends Readonly<Record<BackingName, BackingService>>, AsyncDisposable {
  readonly kind: StackKind
  /** Runs gateways, writers and admin subcommands beside it: as containers if the stack consists of containers, otherwise as processes. */
  readonly programs: Programs
  /**
   * The addresses for one role on this machine, through its links where the stack was started
   * with links for it, direct otherwise. `gateway-2` without links of its own uses
   * those of `gateway`. A database's URL keeps its name and gets the role's address.
   */
  urls(role?: string, databaseUrl?: string): StackUrls
  /** The link of a role to one service; throws if the stack was not started with links for that role. */
  link(role: string, service: BackingName): Link
  /** A new prefix for topics, groups, keys and channels. */
  freshNamespace(): string
  /** Creates an empty database, named after the namespace; resolves with its direct URL. */
  createDatabase(namespace?: string): Promise<string>
  /** Drops the namespace's database and topics, for services that continue to run. */
  dropNamespace(namespace: string): Promise<void>
}
