import type { HostForPrograms } from './host-for-programs.ts'
import type { Environment, Replica } from './server.ts'
import type { StackUrls } from './stack-urls.ts'

/** The services that run beside a stack until a test ends them. */
export type Tier = 'gateway' | 'writer'

/** Runs the services beside a stack: as processes, or as containers of the image. */
export interface Programs {
  readonly host: HostForPrograms
  /** The addresses for this role, as seen from such a process or container. */
  urls(role: string, databaseUrl: string): StackUrls
  /** Starts a service; resolves when it is ready. */
  start(role: string, tier: Tier, env: Environment): Promise<Replica>
  /** Runs an admin subcommand to its end; resolves with its output. `input`: the text of a file whose path is the last argument. */
  admin(args: readonly string[], env: Environment, input?: string): Promise<string>
}
