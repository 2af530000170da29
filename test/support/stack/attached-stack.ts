import { containerPrograms } from '../../testing/containers/container-programs.ts'
import type { ContainerSite } from '../../testing/containers/container-site.ts'
import { dropNamespaces } from './drop-namespaces.ts'
import { createDatabase, newNamespaceIn, withDatabase } from './namespaces.ts'
import { processPrograms } from './process-programs.ts'
import type { BackingService, Stack, StackKind } from './stack.ts'
import type { StackUrls } from './stack-urls.ts'

/** Running services, and the prefix of the names that this run uses on them. Can be serialised. */
export interface Attachment {
  readonly kind: StackKind
  readonly run: string
  readonly urls: StackUrls
  /** The site of its containers, if it consists of containers. */
  readonly site?: ContainerSite
}

/** A service that other callers also use: it refuses every fault with this reason. */
const refusingService = (because: string): BackingService => {
  const refuse = async (): Promise<never> => {
    throw new Error(because)
  }
  return {
    start: refuse,
    stop: refuse,
    kill: refuse,
    pause: refuse,
    resume: refuse,
    restart: refuse,
  }
}

/** A handle on services that refuse faults; disposing of it has no effect on them. */
export const attachedStack = ({ kind, run, urls, site }: Attachment, because: string): Stack => {
  const service = refusingService(because)
  const at = (direct: StackUrls, databaseUrl: string): StackUrls => ({
    ...direct,
    databaseUrl: withDatabase(direct.databaseUrl, new URL(databaseUrl).pathname.slice(1)),
  })
  return {
    kind,
    programs: site
      ? containerPrograms(site, (_role, databaseUrl) => at(site.inside, databaseUrl))
      : processPrograms((_role, databaseUrl) => at(urls, databaseUrl)),
    kafka: service,
    postgres: service,
    redis: service,
    urls: (_role, databaseUrl = urls.databaseUrl) => at(urls, databaseUrl),
    link: () => {
      throw new Error(because)
    },
    freshNamespace: () => newNamespaceIn(run),
    createDatabase: (namespace = newNamespaceIn(run)) => createDatabase(urls.databaseUrl, namespace),
    dropNamespace: (namespace) => dropNamespaces(urls, namespace),
    [Symbol.asyncDispose]: async () => {},
  }
}
