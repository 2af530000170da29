import type { Attachment } from './attached-stack.ts'
import { attachedStack } from './attached-stack.ts'
import { dropNamespaces } from './drop-namespaces.ts'
import { newRunPrefix } from './namespaces.ts'
import type { Stack } from './stack.ts'
import type { StackUrls } from './stack-urls.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The three addresses, if the environment names all of them. */
export const urlsFrom = (environment: Environment): StackUrls | undefined => {
  const { DATABASE_URL, REDIS_URL, KAFKA_BROKERS } = environment
  if (!DATABASE_URL || !REDIS_URL || !KAFKA_BROKERS) return undefined
  return { databaseUrl: DATABASE_URL, redisUrl: REDIS_URL, kafkaBrokers: KAFKA_BROKERS.split(',') }
}

/** A run on the services that the environment names; disposing of it drops the databases and topics of the run. */
export const envStack = (urls: StackUrls): { stack: Stack; attachment: Attachment } => {
  const attachment: Attachment = { kind: 'env', run: newRunPrefix(), urls }
  const stack: Stack = {
    ...attachedStack(attachment, 'faults are refused by services of STACK=env: use STACK=native or STACK=docker'),
    [Symbol.asyncDispose]: () => dropNamespaces(urls, attachment.run),
  }
  return { stack, attachment }
}
