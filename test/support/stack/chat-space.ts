import { runCommand } from '../../../infra/native/run-command.ts'
import type { Environment } from './replica.ts'
import { cleanEnvironment, projectFolder } from './replica.ts'
import type { Stack } from './stack.ts'

/** A namespace and a database of its own, made ready for our services. */
export interface ChatSpace {
  readonly namespace: string
  /** Direct, past all links. */
  readonly databaseUrl: string
  /** What a process of this role is told; it reaches the services by that role's links. */
  environment(role: string): Environment
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
  const environment = (role: string): Environment => {
    const urls = stack.urls(role, databaseUrl)
    return {
      ...defaults,
      NAMESPACE: namespace,
      DATABASE_URL: urls.databaseUrl,
      REDIS_URL: urls.redisUrl,
      KAFKA_BROKERS: urls.kafkaBrokers.join(','),
      ...env,
    }
  }
  const admin = (...args: string[]): Promise<string> =>
    runCommand(process.execPath, ['services/admin/main.ts', ...args], {
      cwd: projectFolder,
      env: { ...cleanEnvironment(), ...environment('admin') },
    })
  await admin('migrate')
  await admin('topics')
  return { namespace, databaseUrl, environment, admin }
}
