import { z } from 'zod'
import type { ProtocolLimits } from '../protocol/limits.ts'
import { defaultLimits } from '../protocol/limits.ts'
import type { Bounds } from './bounds.ts'
import { defaultBounds } from './bounds.ts'
import type { ConfigProblem } from './config-error.ts'
import { ConfigError } from './config-error.ts'
import type { ServiceValues } from './settings.ts'
import { settings, variableName } from './settings.ts'
import type { Times } from './times.ts'
import { defaultTimes } from './times.ts'

/** What every process of the service is told. */
export interface SharedConfig {
  readonly host: string
  readonly port: number
  readonly internalHost: string
  readonly internalPort: number
  readonly dataDir: string
  readonly namespace: string
  readonly partitions: number
  /** Undefined: the brokers' own. */
  readonly replicationFactor: number | undefined
  readonly redisCluster: boolean
  readonly logLevel: ServiceValues['LOG_LEVEL']
  /** Undefined: nothing is traced. */
  readonly tracesUrl: string | undefined
  readonly tracesPerMillion: number
  readonly times: Times
  readonly bounds: Bounds
  readonly limits: ProtocolLimits
}

/** Where the three services are. */
export interface Addresses {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly kafkaBrokers: readonly string[]
}

export interface EmbeddedConfig extends SharedConfig {
  readonly mode: 'embedded'
  readonly auth: 'off'
}

export interface DistributedConfig extends SharedConfig, Addresses {
  readonly mode: 'distributed'
  readonly auth: 'off'
}

export type Config = EmbeddedConfig | DistributedConfig

type Environment = Readonly<Record<string, string | undefined>>
type Values = ServiceValues & Readonly<Record<string, unknown>>

interface Parsed {
  readonly values: Values
  readonly problems: readonly ConfigProblem[]
}

const all = { ...settings.services, ...settings.times, ...settings.bounds, ...settings.limits }

const schema = z.object(Object.fromEntries(Object.entries(all).map(([key, setting]) => [key, setting.schema])))

const addressKeys = { databaseUrl: 'DATABASE_URL', redisUrl: 'REDIS_URL', kafkaBrokers: 'KAFKA_BROKERS' } as const

/** An empty variable counts as unset, as templates leave it. */
const parse = (env: Environment): Parsed => {
  const given = Object.fromEntries(Object.keys(all).flatMap((key) => (env[key] ? [[key, env[key]]] : [])))
  const parsed = schema.safeParse(given)
  if (parsed.success) return { values: parsed.data as Values, problems: [] }
  const problems = parsed.error.issues.map(({ path, message }) => ({ key: String(path[0]), reason: message }))
  return { values: given as unknown as Values, problems }
}

const numbersFor = <Name extends string>(names: Readonly<Record<Name, number>>, values: Values): Readonly<Record<Name, number>> =>
  Object.freeze(Object.fromEntries(Object.keys(names).map((name) => [name, values[variableName(name)]])) as Record<Name, number>)

const sharedConfig = (values: Values): SharedConfig => ({
  host: values.HOST,
  port: values.PORT,
  internalHost: values.INTERNAL_HOST ?? values.HOST,
  internalPort: values.INTERNAL_PORT,
  dataDir: values.DATA_DIR,
  namespace: values.NAMESPACE,
  partitions: values.PARTITIONS,
  replicationFactor: values.REPLICATION_FACTOR,
  redisCluster: values.REDIS_CLUSTER,
  logLevel: values.LOG_LEVEL,
  tracesUrl: values.TRACES_URL,
  tracesPerMillion: values.TRACES_PER_MILLION,
  times: numbersFor(defaultTimes, values),
  bounds: numbersFor(defaultBounds, values),
  limits: numbersFor({ ...defaultLimits }, values),
})

/** For the addresses themselves, a set but bad one counts as there: it has a problem of its own. */
const missing = (values: Values, keys: readonly (keyof ServiceValues)[], reason: string): ConfigProblem[] =>
  keys.flatMap((key) => (values[key] === undefined ? [{ key, reason }] : []))

const check = (...problems: readonly ConfigProblem[]): void => {
  if (problems.length > 0) throw new ConfigError(problems)
}

const allAddresses = Object.values(addressKeys)

const distributedConfig = ({ values, problems }: Parsed, reason: string): DistributedConfig => {
  const unsaid = missing(values, ['AUTH'], 'has to be set in the distributed mode')
  check(...problems, ...missing(values, allAddresses, reason), ...unsaid)
  return Object.freeze({ ...sharedConfig(values), ...addresses(values), mode: 'distributed', auth: 'off' })
}

const addresses = (values: Values): Addresses =>
  Object.fromEntries(Object.entries(addressKeys).map(([name, key]) => [name, values[key]])) as unknown as Addresses

/**
 * The configuration of the whole service: embedded without any of the three
 * addresses, distributed with all of them. Checked whole, frozen.
 *
 * Throws `ConfigError`, which names every bad or missing variable.
 */
export const readConfig = (env: Environment = process.env): Config => {
  const parsed = parse(env)
  const { values, problems } = parsed
  if (allAddresses.some((key) => values[key] !== undefined)) {
    return distributedConfig(parsed, 'is missing: set all three of DATABASE_URL, REDIS_URL and KAFKA_BROKERS, or none of them')
  }
  check(...problems)
  return Object.freeze({ ...sharedConfig(values), mode: 'embedded', auth: 'off' })
}

/** The same for a process that exists in the distributed mode only. */
export const readDistributedConfig = (env: Environment = process.env): DistributedConfig =>
  distributedConfig(parse(env), 'is missing')

/** For a command that uses only some of the services: the others' addresses may be absent. */
export const readConfigFor = <Need extends keyof Addresses>(
  needs: readonly Need[],
  env: Environment = process.env,
): SharedConfig & Pick<Addresses, Need> => {
  const { values, problems } = parse(env)
  const keys = needs.map((need) => addressKeys[need])
  check(...problems, ...missing(values, keys, 'is missing'))
  return Object.freeze({ ...sharedConfig(values), ...addresses(values) })
}
