import type { ProtocolLimits } from '../../protocol/limits.ts'
import { defaultLimits } from '../../protocol/limits.ts'
import type { AccessConfig } from './access-config.ts'
import { accessConfig, accessProblems } from './access-config.ts'
import type { Bounds } from './bounds.ts'
import { defaultBounds } from './bounds.ts'
import type { ConfigProblem } from './config-error.ts'
import { ConfigError } from './config-error.ts'
import type { FilesConfig } from './files-config.ts'
import { filesConfig, filesProblems, gatewayFilesProblems } from './files-config.ts'
import type { ConfigValues, Environment, ParsedEnvironment } from './parse-environment.ts'
import { parseEnvironment } from './parse-environment.ts'
import type { Rates } from './rates.ts'
import { defaultRates } from './rates.ts'
import type { PreSendConfig, WebhookConfig } from './relay-config.ts'
import { preSendConfig, relayProblems, webhookConfig } from './relay-config.ts'
import type { SecurityConfig } from './security-config.ts'
import { securityConfig } from './security-config.ts'
import type { ServiceValues } from './settings.ts'
import { settings, variableName } from './settings.ts'
import type { Times } from './times.ts'
import { defaultTimes } from './times.ts'

/** The configuration that all processes share. */
export interface SharedConfig {
  readonly host: string
  readonly port: number
  readonly internalHost: string
  readonly internalPort: number
  readonly dataDir: string
  readonly namespace: string
  readonly partitions: number
  /** Undefined: the default of the brokers. */
  readonly replicationFactor: number | undefined
  readonly redisCluster: boolean
  readonly logLevel: ServiceValues['LOG_LEVEL']
  /** Undefined: tracing is off. */
  readonly tracesUrl: string | undefined
  readonly tracesPerMillion: number
  /** Days for which the content of deleted messages is kept; 0: it is not kept. */
  readonly deletedKeepDays: number
  /** Days for which `chat.events` keeps a record; −1: for ever; undefined: 28 for a new topic. */
  readonly eventsRetentionDays: number | undefined
  /** Days after which all messages are erased; undefined: never, unless the rules of a chat say so. */
  readonly retentionDays: number | undefined
  readonly times: Times
  readonly bounds: Bounds
  readonly limits: ProtocolLimits
  readonly rates: Rates
  readonly security: SecurityConfig
  readonly files: FilesConfig
}

/** The addresses of Postgres, Redis and Kafka. */
export interface Addresses {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly kafkaBrokers: readonly string[]
}

/** The configuration of a process with a public port. */
export interface PublicConfig extends SharedConfig {
  readonly access: AccessConfig
  /** Whether the public port serves the chat page. */
  readonly webPage: boolean
  /** Whether messages can be searched. */
  readonly search: boolean
  /** Undefined: messages are not checked before they are sent. */
  readonly preSend: PreSendConfig | undefined
}

/** The configuration of the embedded mode. */
export interface EmbeddedConfig extends PublicConfig {
  readonly mode: 'embedded'
  /** Undefined: no webhook. */
  readonly webhook: WebhookConfig | undefined
  /** Undefined: no notifications. */
  readonly push: WebhookConfig | undefined
}

/** The configuration of any process of the distributed mode. */
export interface DistributedConfig extends SharedConfig, Addresses {
  readonly mode: 'distributed'
}

/** The configuration of a gateway in the distributed mode. */
export interface GatewayConfig extends DistributedConfig, PublicConfig {}

/** The configuration of a relay, which needs no token keys, and Redis only for notifications. */
interface RelayOf<Sink extends string> extends SharedConfig, Omit<Addresses, 'redisUrl'> {
  readonly sink: Sink
}

/** The configuration of a relay with a webhook. */
export interface WebhookRelayConfig extends RelayOf<'webhook'> {
  readonly webhook: WebhookConfig
}

/** The configuration of a relay with notifications, which asks Redis who is online. */
export interface PushRelayConfig extends RelayOf<'push'>, Pick<Addresses, 'redisUrl'> {
  readonly push: WebhookConfig
}

/** The configuration of a relay of any sink. */
export type RelayConfig = WebhookRelayConfig | PushRelayConfig | RelayOf<'search'>

/** The configuration of either mode; `mode` distinguishes them. */
export type Config = EmbeddedConfig | GatewayConfig

const addressKeys = { databaseUrl: 'DATABASE_URL', redisUrl: 'REDIS_URL', kafkaBrokers: 'KAFKA_BROKERS' } as const

/** What an admin subcommand may need: an address, or a setting whose default could delete too much. */
const neededKeys = { ...addressKeys, deletedKeepDays: 'DELETED_KEEP_DAYS' } as const

const numbersFor = <Name extends string>(
  names: Readonly<Record<Name, number>>,
  values: ConfigValues,
): Readonly<Record<Name, number>> =>
  Object.freeze(Object.fromEntries(Object.keys(names).map((name) => [name, values[variableName(name)]])) as Record<Name, number>)

const sharedConfig = (values: ConfigValues): SharedConfig => ({
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
  deletedKeepDays: values.DELETED_KEEP_DAYS ?? 0,
  eventsRetentionDays: values.EVENTS_RETENTION_DAYS,
  retentionDays: values.RETENTION_DAYS,
  times: numbersFor(defaultTimes, values),
  bounds: numbersFor(defaultBounds, values),
  limits: numbersFor({ ...defaultLimits }, values),
  rates: numbersFor(defaultRates, values),
  security: securityConfig(values),
  files: filesConfig(values),
})

const missing = (values: ConfigValues, keys: readonly (keyof ServiceValues)[], reason: string): ConfigProblem[] =>
  keys.flatMap((key) => (values[key] === undefined ? [{ key, reason }] : []))

const check = (...problems: readonly ConfigProblem[]): void => {
  if (problems.length > 0) throw new ConfigError(problems)
}

const allAddresses = Object.values(addressKeys)

const distributedConfig = (
  { values, problems }: ParsedEnvironment,
  reason: string,
  more: readonly ConfigProblem[] = [],
): DistributedConfig => {
  check(...problems, ...filesProblems(values), ...missing(values, allAddresses, reason), ...more)
  return { ...sharedConfig(values), ...addresses(values), mode: 'distributed' }
}

/** The distributed mode has no default for AUTH: it must be explicit. */
const gatewayConfig = (parsed: ParsedEnvironment, reason: string): GatewayConfig => {
  const { values } = parsed
  const unset = missing(values, ['AUTH'], 'must be set in the distributed mode')
  const access = unset.length > 0 || hasProblem(parsed) ? unset : accessProblems(values)
  const problems = parsed.problems.length > 0 ? access : [...access, ...relayProblems(values)]
  const more = [...problems, ...gatewayFilesProblems(values)]
  return Object.freeze({
    ...distributedConfig(parsed, reason, more),
    access: accessConfig(values),
    webPage: values.WEB_PAGE === 'on',
    search: values.SEARCH === 'on',
    preSend: preSendConfig(values),
  })
}

/** Invalid values are not checked in combination. */
const hasProblem = ({ problems }: ParsedEnvironment): boolean =>
  problems.some(({ key }) => key in settings.access || key === 'HOST')

const addresses = (values: ConfigValues): Addresses =>
  Object.fromEntries(Object.entries(addressKeys).map(([name, key]) => [name, values[key]])) as unknown as Addresses

/**
 * The configuration of the whole service: embedded without any of the three
 * addresses, distributed with all of them. Validated completely; frozen.
 *
 * Throws `ConfigError`, which names every bad or missing variable.
 */
export const readConfig = (env: Environment = process.env): Config => {
  const parsed = parseEnvironment(env)
  const { values, problems } = parsed
  if (allAddresses.some((key) => values[key] !== undefined)) {
    return gatewayConfig(parsed, 'is missing: set all three of DATABASE_URL, REDIS_URL and KAFKA_BROKERS, or none of them')
  }
  const access = hasProblem(parsed) ? [] : accessProblems(values)
  check(...problems, ...filesProblems(values), ...access, ...(problems.length > 0 ? [] : relayProblems(values)))
  return Object.freeze({
    ...sharedConfig(values),
    access: accessConfig(values),
    webPage: values.WEB_PAGE !== 'off',
    search: values.SEARCH !== 'off',
    preSend: preSendConfig(values),
    webhook: webhookConfig('WEBHOOK_URL', values),
    push: webhookConfig('PUSH_URL', values),
    mode: 'embedded',
  })
}

/** The configuration of a gateway of the distributed mode. Throws `ConfigError`. */
export const readGatewayConfig = (env: Environment = process.env): GatewayConfig =>
  gatewayConfig(parseEnvironment(env), 'is missing')

/** The configuration of a process of the distributed mode without a public port; it holds no token keys. Throws `ConfigError`. */
export const readDistributedConfig = (env: Environment = process.env): DistributedConfig =>
  Object.freeze(distributedConfig(parseEnvironment(env), 'is missing'))

/** The variables that only some sinks need. */
const sinkKeys = { webhook: ['WEBHOOK_URL'], push: ['PUSH_URL', 'REDIS_URL'], search: [] } as const

/** The configuration of a relay of the distributed mode. Throws `ConfigError`. */
export const readRelayConfig = (env: Environment = process.env): RelayConfig => {
  const { values, problems } = parseEnvironment(env)
  const { RELAY_SINK: sink = 'webhook' } = values
  // A value with a problem is present, and may not be a sink.
  const ofSink = problems.some(({ key }) => key === 'RELAY_SINK') ? [] : sinkKeys[sink]
  const unset = missing(values, ['DATABASE_URL', 'KAFKA_BROKERS', 'RELAY_SINK', ...ofSink], 'is missing')
  check(...problems, ...unset, ...(problems.length > 0 ? [] : relayProblems(values)))
  const { databaseUrl, kafkaBrokers, redisUrl } = addresses(values)
  const relay = { ...sharedConfig(values), databaseUrl, kafkaBrokers }
  if (sink === 'search') return Object.freeze({ ...relay, sink })
  const target = (key: 'WEBHOOK_URL' | 'PUSH_URL') => webhookConfig(key, values) as WebhookConfig
  if (sink === 'push') return Object.freeze({ ...relay, sink, redisUrl, push: target('PUSH_URL') })
  return Object.freeze({ ...relay, sink, webhook: target('WEBHOOK_URL') })
}

/** The configuration of an admin subcommand, which needs only some of the variables; the others may be set too. Throws `ConfigError`. */
export const readConfigFor = <Need extends keyof typeof neededKeys>(
  needs: readonly Need[],
  env: Environment = process.env,
): SharedConfig & Partial<Addresses> & Pick<Addresses, Extract<Need, keyof Addresses>> => {
  const { values, problems } = parseEnvironment(env)
  const keys = needs.map((need) => neededKeys[need])
  check(...problems, ...filesProblems(values), ...missing(values, keys, 'is missing'))
  return Object.freeze({ ...sharedConfig(values), ...addresses(values) })
}
