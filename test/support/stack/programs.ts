import type { HostForPrograms } from './host-for-programs.ts'
import type { Environment, Replica } from './server.ts'
import type { StackUrls } from './stack-urls.ts'

/** What programs of ours there are to run beside a stack for as long as a test likes. */
export type Tier = 'gateway' | 'writer'

/** How programs of ours are run beside a stack: as processes, or as containers of the image. */
export interface Programs {
  readonly host: HostForPrograms
  /** The addresses for this role, as such a program sees them. */
  urls(role: string, databaseUrl: string): StackUrls
  /** Resolves when it is ready. */
  start(role: string, tier: Tier, env: Environment): Promise<Replica>
  /** Runs an admin subcommand to its end; what it printed. */
  admin(args: readonly string[], env: Environment): Promise<string>
}
