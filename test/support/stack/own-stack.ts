import type { LinkMap, RoleLinks } from './link-map.ts'
import { createDatabase, newNamespaceIn } from './namespaces.ts'
import type { Programs } from './programs.ts'
import type { BackingName, BackingService, Stack, StackKind } from './stack.ts'
import type { StackUrls } from './stack-urls.ts'

const withAddress = (url: string, host: string, port: number): string => {
  const changed = new URL(url)
  changed.hostname = host
  changed.port = String(port)
  return changed.href
}

/** The same URLs with the addresses of a role's links. */
export const linkedUrls = (direct: StackUrls, links: RoleLinks, host = '127.0.0.1'): StackUrls => ({
  databaseUrl: withAddress(direct.databaseUrl, host, links.postgres.port),
  redisUrl: withAddress(direct.redisUrl, host, links.redis.port),
  kafkaBrokers: [`${host}:${links.kafka.port}`],
})

export interface StackParts extends Readonly<Record<BackingName, BackingService>> {
  readonly kind: StackKind
  readonly run: string
  /** The direct URLs for this machine, without links. */
  readonly direct: StackUrls
  readonly links: LinkMap
  /** The host of the links. */
  readonly linkHost: string
  readonly dispose: () => Promise<void>
}

/** A stack of servers that only its caller uses. */
export const ownStack = (parts: StackParts, programs: (urls: Stack['urls']) => Programs): Stack => {
  const { kind, kafka, postgres, redis, run, direct, links } = parts
  const urls: Stack['urls'] = (role, databaseUrl = direct.databaseUrl) => {
    const plain = { ...direct, databaseUrl }
    const own = links.of(role)
    return own ? linkedUrls(plain, own, parts.linkHost) : plain
  }
  return {
    kind,
    kafka,
    postgres,
    redis,
    urls,
    programs: programs(urls),
    link: (role, service) => {
      const own = links.of(role)
      if (!own) throw new Error(`the stack was started without links for "${role}"`)
      return own[service]
    },
    freshNamespace: () => newNamespaceIn(run),
    createDatabase: (namespace = newNamespaceIn(run)) => createDatabase(direct.databaseUrl, namespace),
    // The servers are removed with the stack.
    dropNamespace: async () => {},
    [Symbol.asyncDispose]: parts.dispose,
  }
}
