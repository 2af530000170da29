import type { Tier } from './programs.ts'
import type { Environment, Replica } from './server.ts'
import { allowLogins, asService } from './service-logins.ts'
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
  AUTH: 'off',
  HOST: '127.0.0.1',
  LOG_LEVEL: 'info',
}

/** Creates database, tables, roles and topics; `env` goes over the defaults of every process. */
export const makeChatSpace = async (stack: Stack, env: Environment): Promise<ChatSpace> => {
  const namespace = stack.freshNamespace()
  const databaseUrl = await stack.createDatabase(namespace)
  // Of a server that is somebody's, we may not be allowed to make roles.
  const hasRoles = stack.kind !== 'env'
  const told = (urls: StackUrls, role: string): Environment => ({
    ...defaults,
    NAMESPACE: namespace,
    DATABASE_URL: hasRoles ? asService(urls.databaseUrl, role) : urls.databaseUrl,
    REDIS_URL: urls.redisUrl,
    KAFKA_BROKERS: urls.kafkaBrokers.join(','),
    ...env,
  })
  const { programs } = stack
  const asProgram = (role: string): Environment => told(programs.urls(role, databaseUrl), role)
  const admin = (...args: string[]): Promise<string> => programs.admin(args, asProgram('admin'))
  await admin('migrate')
  await admin('topics')
  if (hasRoles) {
    await admin('roles')
    await allowLogins(databaseUrl)
  }
  return {
    namespace,
    databaseUrl,
    environment: (role) => told(stack.urls(role, databaseUrl), role),
    start: (role, tier, more = {}) => programs.start(role, tier, { ...asProgram(role), ...more }),
    admin,
  }
}
