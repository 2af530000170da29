import type { ChatClient, ConnectOptions } from '../../shared/client/chat-client.ts'
import { connect } from '../../shared/client/connect.ts'
import type { Verdicts } from '../support/checker/check.ts'
import { checkRun, problemsOf } from '../support/checker/check.ts'
import { hasAll } from '../support/checker/has-all.ts'
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
import type { TokenIssuer } from './token-issuer.ts'

export interface LoadSize {
  readonly users: number
  readonly rooms: number
  /** The same seed makes the same people say the same things. */
  readonly seed?: number
}

/** People who chat, and a record of everything they did and saw. */
export interface RecordedLoad extends Disposable {
  readonly load: Load
  /** Sends at this rate until `count` are out; resolves when each of them has its last word. */
  send(perSecond: number, count: number): Promise<void>
  /** What is done meanwhile is a fault: nothing has to be prompt until it is over, but nothing may be lost. */
  duringFault<T>(fault: () => Promise<T>): Promise<T>
  /** Waits until every member has what the store has, then judges the run: what is wrong, a line each. */
  check(): Promise<readonly string[]>
  verdicts(): Promise<Verdicts>
}

/** The whole system in containers. Every part of it can be killed, paused, restarted and cut off. */
export interface StartedChatStack extends Readonly<Record<BackingName, BackingService>>, AsyncDisposable {
  /** Where clients connect: a URL for each gateway. */
  readonly urls: readonly [string, ...string[]]
  readonly gateways: readonly Replica[]
  readonly writers: readonly Replica[]
  /** The database, for a look at what is stored. */
  readonly databaseUrl: string
  readonly kafkaBrokers: readonly string[]
  readonly redisUrl: string
  /** Prefix of topics, groups, keys and channels. */
  readonly namespace: string
  addGateway(env?: Environment): Promise<Replica>
  addWriter(env?: Environment): Promise<Replica>
  /** The way from one replica (`gateway-1`, `writer-2`; those that were started first) to one service: `cut`, `delay`, `heal`. */
  link(replica: string, service: BackingName): Link
  /** For a user by its external id; only with `withTokens()`. */
  tokenFor(externalId: string, claims?: Readonly<Record<string, unknown>>): string
  /** A user's client, bound; on the first gateway unless told otherwise. It is closed with the stack. */
  connect(externalId: string, options?: ConnectOptions & { readonly url?: string }): Promise<ChatClient>
  /** Binds users and creates rooms; then send and check. */
  load(size: LoadSize): Promise<RecordedLoad>
  /** The end of every gateway's and writer's log. */
  log(lines?: number): string
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
  const userOf = new Map([...ids].map(([user, id]) => [id, user]))
  const verdicts = async (): Promise<Verdicts> => {
    const truth = await truthFromPostgres(databaseUrl, load.context.ids, userOf)
    // In vain where something is lost; the verdict says what.
    await until('every member to have everything', () => hasAll(load, truth), { withinMs: convergedWithinMs }).catch(() => {})
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
    send: async (perSecond, count) => {
      await load.sendMessages(perSecond, count).done
      await load.settled(settledWithinMs)
    },
    verdicts,
    check: async () => problemsOf(await verdicts()),
    [Symbol.dispose]: () => load.stop(),
  }
}

/** The handle on a chat that runs on a stack. */
export const startedChatStack = (stack: Stack, chat: RunningChat, issuer?: TokenIssuer): StartedChatStack => {
  const { kafkaBrokers, redisUrl } = stack.urls()
  const closing = new AbortController()
  const [first = '', ...others] = chat.gateways.map(({ url }) => url)
  const urls: readonly [string, ...string[]] = [first, ...others]
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
      if (issuer === undefined) throw new Error('the stack asks for no tokens: start it withTokens()')
      return issuer.tokenFor(externalId, claims)
    },
    connect: async (externalId, { url = first, ...options } = {}) => {
      const access = issuer ? { getToken: async () => issuer.tokenFor(externalId) } : {}
      const client = connect(url, { user: { externalUserId: externalId }, ...access, signal: closing.signal, ...options })
      await client.ready()
      return client
    },
    load: (size) => recordLoad(urls, chat.databaseUrl, size, issuer),
    log: chat.log,
    [Symbol.asyncDispose]: async () => {
      closing.abort()
      await chat[Symbol.asyncDispose]()
      await stack[Symbol.asyncDispose]()
    },
  }
}
