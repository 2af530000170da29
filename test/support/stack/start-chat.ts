import { allStarted } from './all-started.ts'
import type { ChatSpace } from './chat-space.ts'
import { makeChatSpace } from './chat-space.ts'
import type { Environment, Replica } from './replica.ts'
import { startService } from './replica.ts'
import type { Stack } from './stack.ts'

export interface ChatOptions {
  readonly gateways?: number
  readonly writers?: number
  /** For every process of it, over the defaults. */
  readonly env?: Environment
  /** Other programs than the services themselves, by tier. */
  readonly entries?: { readonly gateway?: string | undefined; readonly writer?: string | undefined }
}

/** The distributed system, as processes of its own, on a namespace and a database of its own. */
export interface Chat extends ChatSpace, AsyncDisposable {
  readonly gateways: readonly Replica[]
  readonly writers: readonly Replica[]
  /** The third one comes by the links of `gateway-3`, if the stack has any, else those of `gateway`. */
  addGateway(env?: Environment, entry?: string): Promise<Replica>
  /** `entry`: another program than the writer itself. */
  addWriter(env?: Environment, entry?: string): Promise<Replica>
  /** The end of every process's log, for a test that failed. */
  log(lines?: number): string
}

const numberOf = ({ name }: Replica): number => Number(name.split('-').at(-1))

/** The replicas of one tier, numbered from 1 in the order they were asked for. */
class Tier {
  readonly replicas: Replica[] = []
  readonly #name: string
  readonly #space: ChatSpace
  readonly #owned: AsyncDisposableStack
  readonly #entry: string
  #asked = 0

  constructor(name: string, space: ChatSpace, owned: AsyncDisposableStack, entry = `services/${name}/main.ts`) {
    this.#name = name
    this.#entry = entry
    this.#space = space
    this.#owned = owned
  }

  async add(env: Environment = {}, entry = this.#entry): Promise<Replica> {
    this.#asked += 1
    const role = `${this.#name}-${this.#asked}`
    const replica = await startService(role, {
      entry,
      env: { ...this.#space.environment(role), ...env },
    })
    this.replicas.push(this.#owned.use(replica))
    // Who was asked for first may be ready last.
    this.replicas.sort((a, b) => numberOf(a) - numberOf(b))
    return replica
  }

  async grow(count: number): Promise<void> {
    await allStarted(Array.from({ length: count }, () => this.add()))
  }
}

const logOf = (replicas: readonly Replica[], lines: number): string =>
  replicas.map((replica) => [`--- ${replica.name}`, ...replica.log(lines)].join('\n')).join('\n')

const startOn = async (space: ChatSpace, options: ChatOptions, owned: AsyncDisposableStack): Promise<Chat> => {
  const writers = new Tier('writer', space, owned, options.entries?.writer)
  const gateways = new Tier('gateway', space, owned, options.entries?.gateway)
  await allStarted([writers.grow(options.writers ?? 1), gateways.grow(options.gateways ?? 1)])
  return {
    ...space,
    gateways: gateways.replicas,
    writers: writers.replicas,
    addGateway: (env, entry) => gateways.add(env, entry),
    addWriter: (env, entry) => writers.add(env, entry),
    log: (lines = 50) => logOf([...writers.replicas, ...gateways.replicas], lines),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/**
 * Makes a space, then starts writers and gateways; resolves when all are
 * ready. Disposing of it kills them and forgets the space; the stack goes on.
 */
export const startChat = async (stack: Stack, options: ChatOptions = {}): Promise<Chat> => {
  const space = await makeChatSpace(stack, options.env ?? {})
  const owned = new AsyncDisposableStack()
  // It tidies up for later tests; its failure must not hide that of this one.
  owned.defer(() => stack.forget(space.namespace).catch(() => {}))
  try {
    return await startOn(space, options, owned)
  } catch (error) {
    await owned.disposeAsync()
    throw error
  }
}
