import type { Tier } from './programs.ts'
import type { Environment, Replica } from './server.ts'
import type { Stack } from './stack.ts'
import type { StackUrls } from './stack-urls.ts'

/** A namespace and a database of its own, made ready for our services. */
export interface ChatSpace {
  readonly namespace: string
  /** Direct, past all links. */
  readonly databaseUrl: string
  /** What a process of this role on this machine is told; it reaches the services by that role's links. */
  environment(role: string): Environment
  /** Starts one of our services for this role, as the stack runs them; resolves when it is ready. */
  start(role: string, tier: Tier, env?: Environment): Promise<Replica>
  /** Runs an admin subcommand to its end, over no link; what it printed. */
  admin(...args: string[]): Promise<string>
}

const defaults: Environment = {
  PARTITIONS: '12',
  AUTH: 'off',
  HOST: '127.0.0.1',
  LOG_LEVEL: 'info',
}

/** Creates database, tables and topics; `env` goes over the defaults of every process. */
export const makeChatSpace = async (stack: Stack, env: Environment): Promise<ChatSpace> => {
  const namespace = stack.freshNamespace()
  const databaseUrl = await stack.createDatabase(namespace)
  const told = (urls: StackUrls): Environment => ({
    ...defaults,
    NAMESPACE: namespace,
    DATABASE_URL: urls.databaseUrl,
    REDIS_URL: urls.redisUrl,
    KAFKA_BROKERS: urls.kafkaBrokers.join(','),
    ...env,
  })
  const { programs } = stack
  const asProgram = (role: string): Environment => told(programs.urls(role, databaseUrl))
  const admin = (...args: string[]): Promise<string> => programs.admin(args, asProgram('admin'))
  await admin('migrate')
  await admin('topics')
  return {
    namespace,
    databaseUrl,
    environment: (role) => told(stack.urls(role, databaseUrl)),
    start: (role, tier, more = {}) => programs.start(role, tier, { ...asProgram(role), ...more }),
    admin,
  }
}
