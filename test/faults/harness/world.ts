import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { Load } from '../../support/load/load.ts'
import { nowMs } from '../../support/load/load-context.ts'
import type { Random } from '../../support/simulation/random.ts'
import type { Link } from '../../support/stack/link.ts'
import type { Replica } from '../../support/stack/replica.ts'
import type { BackingName, Stack } from '../../support/stack/stack.ts'
import type { Chat } from '../../support/stack/start-chat.ts'

/** The system under load, and the operations with which a fault changes it. */
export interface World {
  readonly stack: Stack
  readonly chat: Chat
  readonly load: Load
  readonly random: Random
  /** The ids of the load's users in the service, by user number. */
  readonly userIds: ReadonlyMap<number, string>
  gateway(place: number): Replica
  writer(place: number): Replica
  /** The links to this service of all processes of this tier. */
  links(tier: 'gateway' | 'writer', service: BackingName): readonly Link[]
  /** Records a fault for the duration of `work`; `work` must repair the system before it resolves. */
  broken(work: () => Promise<void>): Promise<void>
  pause(ms: number): Promise<void>
  /** A direct connection that no link affects. */
  sql<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
  redis<T>(work: (client: Redis) => Promise<T>): Promise<T>
  /** Adds a remark to the table row. */
  note(text: string): void
  /** Reports an unmet expectation of the fault. */
  problem(text: string): void
}

export interface WorldOptions {
  readonly stack: Stack
  readonly chat: Chat
  readonly load: Load
  readonly random: Random
  readonly userIds: ReadonlyMap<number, string>
  readonly notes: string[]
  readonly problems: string[]
}

/** The roles whose processes have their own links. */
export const linkedRoles = ['gateway-1', 'gateway-2', 'writer-1', 'writer-2', 'writer-3', 'writer-4'] as const

/** Latencies of the whole load so far. */
export const closedSockets = ({ load }: Pick<World, 'load'>): number =>
  Object.values(load.context.counts.closed).reduce((sum, count) => sum + count, 0)

const placed = (replicas: readonly Replica[], place: number): Replica => {
  const replica = replicas[place]
  if (replica === undefined) throw new Error(`there is no replica ${place}`)
  return replica
}

let faults = 0

export const createWorld = (options: WorldOptions): World => {
  const { stack, chat, load, notes, problems } = options
  const { history } = load.context

  return {
    ...options,
    gateway: (place) => placed(chat.gateways, place),
    writer: (place) => placed(chat.writers, place),
    links: (tier, service) => linkedRoles.filter((role) => role.startsWith(tier)).map((role) => stack.link(role, service)),
    broken: async (work) => {
      faults += 1
      const seq = faults
      history.append({ kind: 'fault', at: nowMs(), code: 'broken', seq })
      try {
        await work()
      } finally {
        history.append({ kind: 'fault', at: nowMs(), code: 'none', seq })
      }
    },
    pause: async (ms) => void (await sleep(ms)),
    sql: async <Row>(text: string, values: readonly unknown[] = []) => {
      const client = new pg.Client({ connectionString: chat.databaseUrl, connectionTimeoutMillis: 3_000 })
      await client.connect()
      try {
        const { rows } = await client.query(text, [...values])
        return rows as readonly Row[]
      } finally {
        await client.end()
      }
    },
    redis: async (work) => {
      const client = new Redis(stack.urls().redisUrl, { lazyConnect: true, retryStrategy: () => null })
      client.on('error', () => {})
      await client.connect()
      try {
        return await work(client)
      } finally {
        client.disconnect()
      }
    },
    note: (text) => void notes.push(text),
    problem: (text) => void problems.push(text),
  }
}
