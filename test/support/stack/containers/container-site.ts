import type { HostForPrograms } from '../host-for-programs.ts'
import type { StackUrls } from '../stack-urls.ts'

/** Where containers of ours find each other and this machine. Survives being serialised. */
export interface ContainerSite {
  readonly network: string
  /** The image of our own services. */
  readonly image: string
  readonly host: HostForPrograms
  /** The three services, for containers on the network. */
  readonly inside: StackUrls
}
