import { allStarted } from '../../support/stack/all-started.ts'
import type { Owner } from '../../support/stack/disposal-stack.ts'
import { DisposalStack } from '../../support/stack/disposal-stack.ts'
import type { LinkMap, LinkTarget } from '../../support/stack/link-map.ts'
import { openLinks } from '../../support/stack/link-map.ts'
import { newRunPrefix, withDatabase } from '../../support/stack/namespaces.ts'
import { linkedUrls, ownStack } from '../../support/stack/own-stack.ts'
import type { Programs } from '../../support/stack/programs.ts'
import type { Stack } from '../../support/stack/stack.ts'
import type { StackUrls } from '../../support/stack/stack-urls.ts'
import { containerPrograms } from './container-programs.ts'
import type { ContainerSite } from './container-site.ts'
import { hostFor } from './host-for.ts'
import type { KafkaContainer } from './kafka-container.ts'
import { kafkaInside, startKafkaContainer } from './kafka-container.ts'
import { ownedNetwork } from './owned-network.ts'
import type { PostgresContainer } from './postgres-container.ts'
import { postgresInside, startPostgresContainer } from './postgres-container.ts'
import type { RedisContainer } from './redis-container.ts'
import { redisInside, startRedisContainer } from './redis-container.ts'
import type { StackImages } from './stack-images.ts'

interface Services {
  readonly kafka: KafkaContainer
  readonly postgres: PostgresContainer
  readonly redis: RedisContainer
}

const inside: StackUrls = { databaseUrl: postgresInside, redisUrl: redisInside, kafkaBrokers: [kafkaInside] }

const targetPort = (services: Services | undefined, [role, service]: Parameters<LinkTarget>): number => {
  if (!services) throw new Error('a link was used before its service was started')
  if (service !== 'kafka') return services[service].port
  const port = services.kafka.rolePorts.get(role)
  if (port === undefined) throw new Error(`Kafka has no listener for ${role}`)
  return port
}

const startServices = async (
  images: StackImages,
  network: string,
  advertised: ReadonlyMap<string, string>,
  owned: Owner,
): Promise<Services> => {
  const own = async <T extends AsyncDisposable>(start: Promise<T>): Promise<T> => owned.use(await start)
  const [kafka, postgres, redis] = await allStarted([
    own(startKafkaContainer(images.kafka, network, advertised)),
    own(startPostgresContainer(images.postgres, network)),
    own(startRedisContainer(images.redis, network)),
  ])
  return { kafka, postgres, redis }
}

/** The addresses for a container: those of the network, or of its role's links, which run on this machine. */
const insideUrls =
  (links: LinkMap, host: string): Programs['urls'] =>
  (role, databaseUrl) => {
    const own = links.of(role)
    const direct = { ...inside, databaseUrl: withDatabase(inside.databaseUrl, new URL(databaseUrl).pathname.slice(1)) }
    return own ? linkedUrls(direct, own, host) : direct
  }

/** Starts the three services as containers on a new network; each role gets its own links to all three. */
export const dockerStack = async (
  images: StackImages,
  roles: readonly string[],
): Promise<{ readonly stack: Stack; readonly site: ContainerSite; readonly direct: StackUrls; readonly run: string }> => {
  await using owned = new DisposalStack()
  const network = owned.use(await ownedNetwork())
  const host = await hostFor(network.gateway)
  let services: Services | undefined
  const links = owned.use(await openLinks(roles, (...way) => targetPort(services, way), host.listenOn))
  const advertised = new Map([...links.roles].map(([role, { kafka }]) => [role, `${host.address}:${kafka.port}`]))
  services = await startServices(images, network.name, advertised, owned)
  const { kafka, postgres, redis } = services
  const direct = { databaseUrl: postgres.url, redisUrl: redis.url, kafkaBrokers: [kafka.address] }
  const site: ContainerSite = { network: network.name, image: images.chat, host, inside }
  const run = newRunPrefix()
  const kept = owned.move()
  const stack = ownStack(
    { kind: 'docker', kafka, postgres, redis, run, direct, links, linkHost: host.address, dispose: () => kept.disposeAsync() },
    () => containerPrograms(site, insideUrls(links, host.address)),
  )
  return { stack, site, direct, run }
}
