import type { Attachment } from './attached-stack.ts'
import type { LinkTarget } from './link-map.ts'
import { openLinks } from './link-map.ts'
import { newRunPrefix } from './namespaces.ts'
import type { NativeServices } from './native-services.ts'
import { startNativeServices } from './native-services.ts'
import { ownStack } from './own-stack.ts'
import { processPrograms } from './process-programs.ts'
import type { Stack } from './stack.ts'
import type { StackUrls } from './stack-urls.ts'

const directUrls = ({ kafka, postgres, redis }: NativeServices): StackUrls => ({
  databaseUrl: postgres.url,
  redisUrl: redis.url,
  kafkaBrokers: [kafka.address],
})

const targetPort = (services: NativeServices | undefined, [role, service]: Parameters<LinkTarget>): number => {
  if (!services) throw new Error('a link was used before its service was started')
  if (service !== 'kafka') return services[service].port
  const port = services.kafka.ports.listeners[role]
  if (port === undefined) throw new Error(`Kafka has no listener for ${role}`)
  return port
}

/** Starts the three services as processes; each role gets its own links to all three. */
export const nativeStack = async (roles: readonly string[]): Promise<{ stack: Stack; attachment: Attachment }> => {
  await using owned = new AsyncDisposableStack()
  let services: NativeServices | undefined
  const links = owned.use(await openLinks(roles, (...link) => targetPort(services, link)))
  services = owned.use(await startNativeServices(links))
  const { kafka, postgres, redis } = services
  const direct = directUrls(services)
  const run = newRunPrefix()
  const kept = owned.move()
  const stack = ownStack(
    { kind: 'native', kafka, postgres, redis, run, direct, links, linkHost: '127.0.0.1', dispose: () => kept.disposeAsync() },
    processPrograms,
  )
  return { stack, attachment: { kind: 'native', run, urls: direct } }
}
