import { allStarted } from './all-started.ts'
import type { ChatNamespace } from './chat-namespace.ts'
import type { Owner } from './disposal-stack.ts'
import type { Tier } from './programs.ts'
import type { Environment, Replica } from './server.ts'

export interface ChatSize {
  readonly gateways?: number
  readonly writers?: number
}

/** Starts a replica. A test may replace the program of the service. */
export type StartReplica = (role: string, env: Environment) => Promise<Replica>

export interface RunChatOptions extends ChatSize {
  readonly starts?: Readonly<Record<Tier, StartReplica | undefined>>
}

/** The distributed system on a namespace and a database of its own. */
export interface RunningChat extends ChatNamespace, AsyncDisposable {
  readonly gateways: readonly Replica[]
  readonly writers: readonly Replica[]
  /** The third gateway uses the links of `gateway-3` if the stack has them, otherwise those of `gateway`. */
  add(tier: Tier, env?: Environment, start?: StartReplica): Promise<Replica>
  /** The last log lines of every replica, for the report of a failed test. */
  log(lines?: number): string
}

const numberOf = ({ name }: Replica): number => Number(name.split('-').at(-1))

const logOf = (replicas: readonly Replica[], lines: number): string =>
  replicas.map((replica) => [`--- ${replica.name}`, ...replica.log(lines)].join('\n')).join('\n')

/**
 * Starts writers and gateways in a namespace; resolves when all are ready.
 * Disposing of it kills them, then disposes of `owned`.
 */
export const runChat = async (chatNamespace: ChatNamespace, options: RunChatOptions, owned: Owner): Promise<RunningChat> => {
  const tiers: Record<Tier, Replica[]> = { gateway: [], writer: [] }
  const started: Record<Tier, number> = { gateway: 0, writer: 0 }

  /** Replicas are numbered from 1, in the order of the calls. */
  const add: RunningChat['add'] = async (tier, env = {}, start = options.starts?.[tier]) => {
    started[tier] += 1
    const role = `${tier}-${started[tier]}`
    const replica = await (start ?? ((name, more) => chatNamespace.start(name, tier, more)))(role, env)
    tiers[tier].push(owned.use(replica))
    // Replicas may become ready in another order than they were started.
    tiers[tier].sort((a, b) => numberOf(a) - numberOf(b))
    return replica
  }
  const startReplicas = async (tier: Tier, count: number): Promise<void> => {
    await allStarted(Array.from({ length: count }, () => add(tier)))
  }
  await allStarted([startReplicas('writer', options.writers ?? 1), startReplicas('gateway', options.gateways ?? 1)])
  return {
    ...chatNamespace,
    gateways: tiers.gateway,
    writers: tiers.writer,
    add,
    log: (lines = 50) => logOf([...tiers.writer, ...tiers.gateway], lines),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
