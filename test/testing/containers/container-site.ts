import type { HostForPrograms } from '../../support/stack/host-for-programs.ts'
import type { StackUrls } from '../../support/stack/stack-urls.ts'

/** The network of the containers, and the addresses that they use. Can be serialised. */
export interface ContainerSite {
  readonly network: string
  /** The image of the chat services. */
  readonly image: string
  readonly host: HostForPrograms
  /** The three services, for containers on the network. */
  readonly inside: StackUrls
}
