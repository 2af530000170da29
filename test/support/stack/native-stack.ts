import type { Attachment } from './attached-stack.ts'
import type { LinkTarget, RoleLinks } from './link-map.ts'
import { openLinks } from './link-map.ts'
import type { NativeServices } from './native-services.ts'
import { startNativeServices } from './native-services.ts'
import type { Stack, StackUrls } from './stack.ts'
import { createDatabase, freshNamespaceIn, freshRun } from './tenancy.ts'

const directUrls = ({ kafka, postgres, redis }: NativeServices): StackUrls => ({
  databaseUrl: postgres.url,
  redisUrl: redis.url,
  kafkaBrokers: [kafka.address],
})

const atPort = (url: string, port: number): string => {
  const changed = new URL(url)
  changed.port = String(port)
  return changed.href
}

const linkedUrls = (direct: StackUrls, links: RoleLinks): StackUrls => ({
  databaseUrl: atPort(direct.databaseUrl, links.postgres.port),
  redisUrl: atPort(direct.redisUrl, links.redis.port),
  kafkaBrokers: [`127.0.0.1:${links.kafka.port}`],
})

const targetPort = (services: NativeServices | undefined, [role, service]: Parameters<LinkTarget>): number => {
  if (!services) throw new Error('a link was used before its service was started')
  if (service !== 'kafka') return services[service].port
  const port = services.kafka.ports.listeners[role]
  if (port === undefined) throw new Error(`Kafka has no listener for ${role}`)
  return port
}

/** Starts servers of our own; each of the roles gets links of its own to all three. */
export const nativeStack = async (roles: readonly string[]): Promise<{ stack: Stack; attachment: Attachment }> => {
  await using owned = new AsyncDisposableStack()
  let services: NativeServices | undefined
  const links = owned.use(await openLinks(roles, (...way) => targetPort(services, way)))
  const started = owned.use(await startNativeServices(links))
  services = started
  const urls = directUrls(started)
  const run = freshRun()
  const kept = owned.move()
  const { kafka, postgres, redis } = started
  const stack: Stack = {
    kind: 'native',
    kafka,
    postgres,
    redis,
    urls: (role, databaseUrl = urls.databaseUrl) => {
      const direct = { ...urls, databaseUrl }
      const own = links.of(role)
      return own ? linkedUrls(direct, own) : direct
    },
    link: (role, service) => {
      const own = links.of(role)
      if (!own) throw new Error(`the stack was started without links for "${role}"`)
      return own[service]
    },
    freshNamespace: () => freshNamespaceIn(run),
    createDatabase: (namespace = freshNamespaceIn(run)) => createDatabase(urls.databaseUrl, namespace),
    // All of it goes with the stack.
    forget: async () => {},
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
  return { stack, attachment: { kind: 'native', run, urls } }
}
