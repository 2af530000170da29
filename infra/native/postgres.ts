import { chownSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { freePort, onFreePorts } from './free-port.ts'
import type { NativeServer } from './native-server.ts'
import { nativeServer } from './native-server.ts'
import { probePostgres } from './probe-postgres.ts'
import { runCommand } from './run-command.ts'
import type { NativeTools } from './tools.ts'
import { closedFolderAbove, postgresAccount } from './unix-account.ts'

/** A PostgreSQL server as a child process. */
export interface PostgresServer extends NativeServer {
  readonly port: number
  /** The URL of the database `postgres`, as the superuser. */
  readonly url: string
}

/** Options of `startPostgres`. */
export interface NativePostgresOptions {
  readonly tools: NativeTools
  /** The data folder; a later start in it finds the same databases. */
  readonly folder: string
  /** The port of an earlier start; a free one if absent. */
  readonly port?: number | undefined
  readonly maxConnections?: number
  /** Further settings, for example for TLS. */
  readonly settings?: Readonly<Record<string, string>>
  /** False: a failure of the machine (not only of the server) may lose commits. True by default. */
  readonly isDurable?: boolean
  readonly isDetached?: boolean
}

const prepareFolder = async (options: NativePostgresOptions): Promise<string> => {
  const { folder, tools } = options
  const cluster = join(folder, 'cluster')
  const account = postgresAccount()
  mkdirSync(folder, { recursive: true })
  const closed = account && closedFolderAbove(folder)
  if (closed) {
    throw new Error(`PostgreSQL runs as the user "postgres", which cannot enter ${closed}: choose another folder`)
  }
  if (account) chownSync(folder, account.uid, account.gid)
  if (existsSync(cluster)) return cluster
  // Renamed when it is complete, so that an interrupted one is never used.
  const draft = join(folder, 'draft')
  rmSync(draft, { recursive: true, force: true })
  const settings = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync']
  await runCommand(join(tools.postgresBin, 'initdb'), ['-D', draft, ...settings], {
    cwd: folder,
    ...account,
  })
  renameSync(draft, cluster)
  return cluster
}

const settingsOf = (options: NativePostgresOptions, port: number): string[] => {
  const isDurable = options.isDurable ?? true
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: options.maxConnections ?? 300,
    log_line_prefix: '%m [%p] %q%u@%d ',
    ...options.settings,
    ...(isDurable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  return Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
}

const startOn = async (options: NativePostgresOptions, port: number): Promise<PostgresServer> => {
  const cluster = await prepareFolder(options)
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const server = nativeServer({
    name: 'PostgreSQL',
    command: join(options.tools.postgresBin, 'postgres'),
    args: ['-D', cluster, ...settingsOf(options, port)],
    workingFolder: options.folder,
    logFile: join(options.folder, 'server.log'),
    account: postgresAccount(),
    // SIGTERM would wait for all clients; SIGINT disconnects them.
    stopSignal: 'SIGINT',
    orphanSignal: 'SIGQUIT',
    isDetached: options.isDetached ?? false,
    port,
    probe: () => probePostgres(url),
    readyWithinMs: 30_000,
  })
  await server.start()
  return Object.assign(server, { port, url })
}

/** Starts a PostgreSQL on loopback that accepts every password; resolves when it answers a query. */
export const startPostgres = (options: NativePostgresOptions): Promise<PostgresServer> => {
  const { port } = options
  if (port !== undefined) return startOn(options, port)
  return onFreePorts(async () => startOn(options, await freePort()))
}

/** Creates the database if it does not exist. */
export const ensureDatabase = async (url: string, name: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
}
