import { containerPrograms } from './containers/container-programs.ts'
import type { ContainerSite } from './containers/container-site.ts'
import { processPrograms } from './process-programs.ts'
import { removeTraces } from './remove-traces.ts'
import type { BackingService, Stack, StackKind } from './stack.ts'
import type { StackUrls } from './stack-urls.ts'
import { createDatabase, freshNamespaceIn, withDatabase } from './tenancy.ts'

/** Services that run already, and the run whose names are used on them. Survives being serialised. */
export interface Attachment {
  readonly kind: StackKind
  readonly run: string
  readonly urls: StackUrls
  /** Where its containers are, if it is made of them. */
  readonly site?: ContainerSite
}

/** A service that others use as well: it refuses every fault with this reason. */
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

/** A handle on services that refuse faults; disposing of it ends nothing. */
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
    freshNamespace: () => freshNamespaceIn(run),
    createDatabase: (namespace = freshNamespaceIn(run)) => createDatabase(urls.databaseUrl, namespace),
    forget: (namespace) => removeTraces(urls, namespace),
    [Symbol.asyncDispose]: async () => {},
  }
}
