import type { ChatClient, ConnectOptions } from '../../shared/client/chat-client.ts'
import { createEphemeral } from '../load/ephemeral/ephemeral.ts'
import type { Mix } from '../load/mix/mix.ts'
import { ephemeralKindsOf } from '../load/mix/mix.ts'
import { mixedSending } from '../load/mix/mixed-sending.ts'
import type { Verdicts } from '../support/checker/check.ts'
import { checkRun, problemsOf } from '../support/checker/check.ts'
import { hasAll } from '../support/checker/has-all.ts'
import { readList } from '../support/checker/read-list.ts'
import { truthFromPostgres } from '../support/checker/truth-from-postgres.ts'
import type { Load } from '../support/load/load.ts'
import { createLoad } from '../support/load/load.ts'
import { nowMs } from '../support/load/load-context.ts'
import { freshTag } from '../support/load/run-ids.ts'
import { until } from '../support/poll.ts'
import type { Link } from '../support/stack/link.ts'
import type { RunningChat } from '../support/stack/running-chat.ts'
import type { Environment, Replica } from '../support/stack/server.ts'
import type { BackingName, BackingService, Stack } from '../support/stack/stack.ts'
import { connectedClient } from './connected-client.ts'
import type { TokenIssuer } from './token-issuer.ts'

export interface LoadSize {
  readonly users: number
  readonly rooms: number
  /** The same seed produces the same users and messages. */
  readonly seed?: number
}

/** Simulated users who chat, and a record of what they sent and received. */
export interface RecordedLoad extends Disposable {
  readonly load: Load
  /** Sends `count` messages at this rate, or commands by the shares of the mix. Resolves when each is confirmed or refused. */
  send(perSecond: number, count: number, mix?: Mix): Promise<void>
  /** Runs a fault. The bounds of latency do not hold until it is over, but no message may be lost. */
  duringFault<T>(fault: () => Promise<T>): Promise<T>
  /** Waits until every member has received all stored events, then checks the run. Resolves with a line for each problem. */
  check(): Promise<readonly string[]>
  verdicts(): Promise<Verdicts>
}

/** The whole system in containers. Each part can be killed, paused, restarted and disconnected. */
export interface StartedChatStack extends Readonly<Record<BackingName, BackingService>>, AsyncDisposable {
  /** The addresses for clients, one for each gateway. */
  readonly urls: readonly [string, ...string[]]
  readonly gateways: readonly Replica[]
  readonly writers: readonly Replica[]
  /** The URL of the database, to inspect stored data. */
  readonly databaseUrl: string
  readonly kafkaBrokers: readonly string[]
  readonly redisUrl: string
  /** Prefix of topics, groups, keys and channels. */
  readonly namespace: string
  addGateway(env?: Environment): Promise<Replica>
  addWriter(env?: Environment): Promise<Replica>
  /** The connection from a replica (`gateway-1`, `writer-2`; not the ones added later) to one service: `cut`, `delay`, `heal`. */
  link(replica: string, service: BackingName): Link
  /** A token for a user by its external id; only after `withTokens()`. */
  tokenFor(externalId: string, claims?: Readonly<Record<string, unknown>>): string
  /** A bound client of this user, on the first gateway unless `url` names another. It is closed with the stack. */
  connect(externalId: string, options?: ConnectOptions & { readonly url?: string }): Promise<ChatClient>
  /** Binds users and creates rooms; then send and check. */
  load(size: LoadSize): Promise<RecordedLoad>
  /** The last log lines of every gateway and writer. */
  log(lines?: number): string
  /** Removes all of it. The same as leaving the scope of `await using`. */
  stop(): Promise<void>
}

const settledWithinMs = 60_000
const convergedWithinMs = 30_000

const recordLoad = async (
  urls: readonly string[],
  databaseUrl: string,
  size: LoadSize,
  issuer?: TokenIssuer,
): Promise<RecordedLoad> => {
  const load = createLoad({
    urls,
    tag: freshTag(),
    startMs: nowMs(),
    seed: size.seed ?? 1,
    users: size.users,
    rooms: size.rooms,
    roomSize: `2-${Math.max(2, size.users)}`,
    messageSize: '10-300',
    tokenFor: (externalId) => issuer?.tokenFor(externalId),
  })
  const ids = await load.connect().catch((error: unknown) => {
    load.stop()
    throw error
  })
  await load.createRooms(ids)
  const markerProblems: string[] = []
  const userOf = new Map([...ids].map(([user, id]) => [id, user]))
  const verdicts = async (): Promise<Verdicts> => {
    const truth = await truthFromPostgres(databaseUrl, load.context.ids, userOf)
    // If a message is lost, this times out, and the verdict names the message.
    await until('every member to have everything', () => hasAll(load, truth), { withinMs: convergedWithinMs }).catch(() => {})
    for (const [room, [user = 0]] of load.population.members) await readList(load, room, user)
    return checkRun([load.context.history], truth)
  }
  const mark = (code: 'broken' | 'none'): void => {
    const { history, now } = load.context
    history.append({ kind: 'fault', code, at: now() })
  }
  return {
    load,
    duringFault: async (fault) => {
      mark('broken')
      try {
        return await fault()
      } finally {
        mark('none')
      }
    },
    send: async (perSecond, count, mix) => {
      const kinds = ephemeralKindsOf(mix)
      const ephemeral = kinds.length === 0 ? undefined : createEphemeral(load, kinds)
      await ephemeral?.start()
      await load.sendByPlan({ perSecond, count }, mix && mixedSending(mix)).done
      await load.settled(settledWithinMs)
      await ephemeral?.stop()
      markerProblems.push(...(ephemeral?.problems ?? []))
    },
    verdicts,
    check: async () => [...problemsOf(await verdicts()), ...markerProblems],
    [Symbol.dispose]: () => load.stop(),
  }
}

/** The handle on a chat that runs on a stack. */
export const startedChatStack = (stack: Stack, chat: RunningChat, issuer?: TokenIssuer): StartedChatStack => {
  const { kafkaBrokers, redisUrl } = stack.urls()
  const closing = new AbortController()
  const [first = '', ...others] = chat.gateways.map(({ url }) => url)
  const urls: readonly [string, ...string[]] = [first, ...others]
  const stop = async (): Promise<void> => {
    closing.abort()
    await chat[Symbol.asyncDispose]()
    await stack[Symbol.asyncDispose]()
  }
  return {
    kafka: stack.kafka,
    postgres: stack.postgres,
    redis: stack.redis,
    urls,
    gateways: chat.gateways,
    writers: chat.writers,
    databaseUrl: chat.databaseUrl,
    kafkaBrokers,
    redisUrl,
    namespace: chat.namespace,
    addGateway: (env) => chat.add('gateway', env),
    addWriter: (env) => chat.add('writer', env),
    link: stack.link,
    tokenFor: (externalId, claims) => {
      if (issuer === undefined) throw new Error('the stack requires no tokens: call withTokens() before start()')
      return issuer.tokenFor(externalId, claims)
    },
    connect: (externalId, { url = first, ...options } = {}) =>
      connectedClient(url, externalId, { issuer, signal: closing.signal, ...options }),
    load: (size) => recordLoad(urls, chat.databaseUrl, size, issuer),
    log: chat.log,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
