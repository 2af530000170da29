import { z } from 'zod'
import type { ProtocolLimits } from '../../protocol/limits.ts'
import { defaultLimits } from '../../protocol/limits.ts'
import { accessSettings } from './access-settings.ts'
import { boundsTable } from './bounds.ts'
import { filesSettings } from './files-settings.ts'
import { ratesTable } from './rates.ts'
import { relaySettings } from './relay-settings.ts'
import { securitySettings } from './security-settings.ts'
import type { Setting } from './setting.ts'
import { flag, matching, oneOf, setting, urlOf, whole } from './setting.ts'
import { timesTable } from './times.ts'
import type { TableRow } from './values-of.ts'

/** The longest delay of a Node timer; larger than any useful bound. */
const largest = 2_147_483_647

const address = matching(/^\S+$/, 'must be an address without spaces')
/** Modes that encrypt without verification in other drivers are refused, so that no operator expects a verification that does not happen. */
const databaseUrl = urlOf('postgres', 'postgresql').refine((value) => {
  const mode = new URL(value).searchParams.get('sslmode')
  return mode === null || ['disable', 'require', 'verify-ca', 'verify-full'].includes(mode)
}, 'must not have an sslmode without verification: use verify-full or disable')

const brokers = matching(/^[^\s,]+:\d+(\s*,\s*[^\s,]+:\d+)*$/, 'must be host:port, several separated by commas').transform(
  (value) => Object.freeze(value.split(',').map((broker) => broker.trim())),
)

const serviceSettings = {
  DATABASE_URL: setting(
    'URL of Postgres, for the distributed mode; not of a connection pooler in transaction mode (PgBouncer). TLS with `?sslmode=verify-full` and, unless the system trusts its certificate, `&sslrootcert=<file>`; also `sslcert` and `sslkey`',
    '',
    databaseUrl.optional(),
  ),
  REDIS_URL: setting('URL of Redis, for the distributed mode', '', urlOf('redis', 'rediss').optional()),
  REDIS_CLUSTER: setting('`true`: `REDIS_URL` names a node of a Redis Cluster', '`false`', flag.default(false)),
  KAFKA_BROKERS: setting(
    'addresses of Kafka brokers, for the distributed mode: `host:port`, separated by commas',
    '',
    brokers.optional(),
  ),
  HOST: setting('address that the public port listens on', '`127.0.0.1`', address.default('127.0.0.1')),
  PORT: setting('public port: WebSockets at `/ws`; 0: any free port', '`8080`', whole(0, 65_535).default(8080)),
  INTERNAL_HOST: setting('address that the internal port listens on', '`HOST`', address.optional()),
  INTERNAL_PORT: setting('internal port: probes and metrics; 0: any free port', '`8081`', whole(0, 65_535).default(8081)),
  DATA_DIR: setting('folder of the embedded mode: the database and the files', '`./data`', z.string().default('./data')),
  NAMESPACE: setting(
    'prefix of topics, groups, keys and channels, and of the keys of files, so that several systems can share Kafka, Redis and a bucket',
    '',
    matching(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a–z, 0–9 and -').default(''),
  ),
  PARTITIONS: setting(
    'partitions of the command log, the same for every process; the largest number of writers that work at the same time',
    '`12`',
    whole(1, 10_000).default(12),
  ),
  REPLICATION_FACTOR: setting('number of copies of each new topic', 'the brokers’ default', whole(1, 100).optional()),
  TRACES_URL: setting(
    'OTLP/HTTP endpoint for traces, such as `http://collector:4318/v1/traces`; unset: no tracing',
    '',
    urlOf('http', 'https').optional(),
  ),
  TRACES_PER_MILLION: setting('number of traced commands per million', '`10000`', whole(0, 1_000_000).default(10_000)),
  WEB_PAGE: setting(
    '`on`: the public port serves the chat page at `/`; `off`: it does not',
    '`on` when embedded, else `off`',
    oneOf('on', 'off').optional(),
  ),
  SEARCH: setting(
    '`on`: gateways answer `search-messages`, from the index that a relay with `RELAY_SINK=search` fills (embedded: that the process fills); `off`: they refuse it',
    '`on` when embedded, else `off`',
    oneOf('on', 'off').optional(),
  ),
  DELETED_KEEP_DAYS: setting(
    '0: the content of deleted messages is not kept; more: it is kept for the members who may delete any message for this number of days, and then removed by `admin sweep`, which has no default for it',
    '`0`',
    whole(0, 36_500).optional(),
  ),
  EVENTS_RETENTION_DAYS: setting(
    'days for which the topic `chat.events` keeps a record; `-1`: for ever. If it is set, `admin topics` changes an existing topic too; `admin replay` writes older events to a topic of their own',
    '`28` for a new topic',
    matching(/^(-1|[1-9]\d{0,4})$/, 'must be -1 or a whole number from 1 to 99999')
      .transform(Number)
      .optional(),
  ),
  RETENTION_DAYS: setting(
    'days after which messages of all chats are erased by `admin expire`; the rule `retention_days` of a chat may be shorter. Unset: only that rule applies',
    '',
    whole(1, 36_500).optional(),
  ),
  LOG_LEVEL: setting(
    '`debug`, `info`, `warn`, `error` or `silent`',
    '`info`',
    oneOf('debug', 'info', 'warn', 'error', 'silent').default('info'),
  ),
} as const satisfies Record<string, Setting>

const limitMeanings: { readonly [Name in keyof ProtocolLimits]: string } = {
  frameBytes: 'Bytes of one WebSocket frame that a client sends.',
  msgChars: 'Characters of `msg`, in UTF-16 code units.',
  nameChars: 'Characters of the name of a chat, in UTF-16 code units.',
  usersPerCommand: 'Users that one command names.',
  membersPerChat: 'Members of one chat.',
  chatsPerUser: 'Chats that one user is a member of.',
  pageEntries: 'Entries of one page of a list.',
  resumeRooms: 'Rooms that one `resume` names.',
  dataBytes: 'Bytes of the `data` of a message, a chat or a user, as JSON text.',
  mentions: 'Users that one message mentions.',
  attachments: 'Files of one message.',
  fileBytes: 'Bytes of one file.',
  reactionKeys: 'Different reactions to one message.',
  editsPerMessage: 'Edits of one message; a deletion rewrites all of them in one transaction.',
  pins: 'Pinned messages of one chat.',
  blocks: 'Users whom one user blocks.',
  watchRooms: 'Rooms that one socket watches.',
  watchUsers: 'Users that one socket watches.',
  signalBytes: 'Bytes of the `data` of a signal, as JSON text.',
  signalMembers: 'Members of a chat up to which `typing` is sent.',
  receiptMembers: "Members of a chat up to which they see each other's read markers.",
}

const limitsTable = Object.fromEntries(
  Object.entries(limitMeanings).map(([name, meaning]) => [name, { value: defaultLimits[name as keyof ProtocolLimits], meaning }]),
)

/** `commandDeadlineMs` → `COMMAND_DEADLINE_MS`. */
export const variableName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()

const numbers = (table: Readonly<Record<string, TableRow>>): Record<string, Setting> =>
  Object.fromEntries(
    Object.entries(table).map(([name, { value, meaning }]) => [
      variableName(name),
      setting(meaning, `\`${value}\``, whole(1, largest).default(value)),
    ]),
  )

/** Every variable that the service reads, by name, in the groups of CONFIGURATION.md. */
export const settings = {
  services: serviceSettings,
  access: accessSettings,
  security: securitySettings,
  files: filesSettings,
  relay: relaySettings,
  times: numbers(timesTable),
  bounds: numbers(boundsTable),
  limits: numbers(limitsTable),
  rates: numbers(ratesTable),
} as const

type ServiceSettings = typeof serviceSettings &
  typeof accessSettings &
  typeof securitySettings &
  typeof relaySettings &
  typeof filesSettings

/** The values of the variables outside the tables of numbers. */
export type ServiceValues = { readonly [Name in keyof ServiceSettings]: z.output<ServiceSettings[Name]['schema']> }
