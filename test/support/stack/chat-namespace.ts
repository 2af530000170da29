import type { Tier } from './programs.ts'
import type { Environment, Replica } from './server.ts'
import { allowLogins, asService } from './service-logins.ts'
import type { Stack } from './stack.ts'
import type { StackUrls } from './stack-urls.ts'

/** The data of one system of gateways and writers: a new namespace, and a database with all tables and topics. */
export interface ChatNamespace {
  readonly namespace: string
  /** The direct URL, without links. */
  readonly databaseUrl: string
  /** The environment of a process with this role on this machine; it uses the links of the role. */
  environment(role: string): Environment
  /** Starts a gateway or writer for this role, as a process or container like the stack; resolves when it is ready. */
  start(role: string, tier: Tier, env?: Environment): Promise<Replica>
  /** Runs an admin subcommand to its end, without links; resolves with its output. */
  admin(...args: string[]): Promise<string>
  /** Imports JSON lines; the writers must run. Rejects if a line was rejected. */
  seed(jsonl: string): Promise<void>
}

const defaults: Environment = {
  AUTH: 'off',
  HOST: '127.0.0.1',
  LOG_LEVEL: 'info',
}

/** Creates database, tables, roles and topics; `env` overrides the defaults of every process. */
export const createChatNamespace = async (stack: Stack, env: Environment): Promise<ChatNamespace> => {
  const namespace = stack.freshNamespace()
  const databaseUrl = await stack.createDatabase(namespace)
  // The account of a given server may lack the right to create roles.
  const hasRoles = stack.kind !== 'env'
  const environmentOf = (urls: StackUrls, role: string): Environment => ({
    ...defaults,
    NAMESPACE: namespace,
    DATABASE_URL: hasRoles ? asService(urls.databaseUrl, role) : urls.databaseUrl,
    REDIS_URL: urls.redisUrl,
    KAFKA_BROKERS: urls.kafkaBrokers.join(','),
    ...env,
  })
  const { programs } = stack
  const programEnvironment = (role: string): Environment => environmentOf(programs.urls(role, databaseUrl), role)
  const admin = (...args: string[]): Promise<string> => programs.admin(args, programEnvironment('admin'))
  await admin('migrate')
  await admin('topics')
  if (hasRoles) {
    await admin('roles')
    await allowLogins(databaseUrl)
  }
  return {
    namespace,
    databaseUrl,
    environment: (role) => environmentOf(stack.urls(role, databaseUrl), role),
    start: (role, tier, more = {}) => programs.start(role, tier, { ...programEnvironment(role), ...more }),
    admin,
    seed: async (jsonl) => void (await programs.admin(['import'], programEnvironment('admin'), jsonl)),
  }
}
