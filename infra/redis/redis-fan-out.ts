import { setTimeout as sleep } from 'node:timers/promises'
import type { FanOut } from '../../shared/ports/fan-out.ts'
import type { Times } from '../../shared/runtime/config/times.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'
import { callAll } from '../fan-out/call-all.ts'
import { channelSubscriptions } from '../fan-out/channel-subscriptions.ts'
import type { TlsMaterial } from '../tls/tls-files.ts'
import type { RedisLink } from './redis-link.ts'
import { openRedisLink } from './redis-link.ts'

/** Options of the fan-out on Redis. */
export interface RedisFanOutOptions {
  readonly url: string
  /** `url` is that of any node of a Redis Cluster. */
  readonly isCluster: boolean
  /** Certificates for a URL that begins with `rediss://`; those of the system if absent. */
  readonly tls?: TlsMaterial | undefined
  /** Prefix of every channel's name; may be empty. */
  readonly namespace: string
  readonly times: Pick<Times, 'redisPingMs' | 'redisDeadMs'>
  readonly log: Log
}

/** A link that was up for less than this counts as a failed attempt. */
const steadyMs = 500

/** The pause before an attempt, counted since the last success. Random, so that processes do not reconnect at the same time. */
const pauseMs = (attempt: number): number => Math.min(20 * attempt, 1_000) * (0.75 + Math.random() / 2)

/** The message of an error up to the first quote: some errors of Redis quote the command, which has content. */
const contentFreeMessage = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/['"`].*/s, '…') : 'unknown'

/**
 * The fan-out on Redis pub/sub: one server, or a Redis Cluster with sharded
 * pub/sub. Resolves after the first attempt to connect, whether it succeeded or
 * not; retries until it is closed.
 *
 * Promises:  PINGs every `redisPingMs`; without an answer for `redisDeadMs` the
 *            state is `down` and pending publishes reject. The state is `up`
 *            again on new connections, when every subscription is in place and a
 *            later PING is answered.
 * Does not:  distinguish a suspended server from a suspension of this process.
 */
export const redisFanOut = async (options: RedisFanOutOptions): Promise<FanOut> => {
  const { url, isCluster, tls, namespace, times, log } = options
  const prefix = namespace === '' ? '' : `${namespace}:`
  const subscriptions = channelSubscriptions(log)
  const restored = new Set<{ readonly listener: () => void }>()
  const closing = new AbortController()
  const tried = Promise.withResolvers<void>()
  let known: readonly string[] = []
  let link: RedisLink | undefined
  let lastReason = ''
  let endLink: (cause: Error) => void = () => {}

  const onUp = (to: RedisLink): void => {
    link = to
    lastReason = ''
    log.info({}, 'the fan-out is up')
    tried.resolve()
    callAll([...restored], (entry) => restored.has(entry) && entry.listener(), log)
  }

  const onDown = (cause: Error): void => {
    link = undefined
    subscriptions.detach()
    const reason = contentFreeMessage(cause)
    if (reason !== lastReason && !closing.signal.aborted) log.warn({ reason }, 'the fan-out is down')
    lastReason = reason
    tried.resolve()
  }

  const bringUp = async (signal: AbortSignal, onEnd: (cause: Error) => void): Promise<void> => {
    const where = { url, known, isCluster, tls, silentMs: times.redisDeadMs }
    const opened = await openRedisLink({ ...where, onMessage: subscriptions.deliver, onEnd, signal })
    known = opened.nodes
    await subscriptions.attach(opened)
    // The answer to this PING follows those to all subscriptions.
    await opened.ping()
    if (signal.aborted) return
    const heartbeat = setInterval(() => opened.ping().catch(() => {}), times.redisPingMs).unref()
    signal.addEventListener('abort', () => clearInterval(heartbeat))
    onUp(opened)
  }

  /** Runs one link from its opening to its end; resolves with the milliseconds that it was up. */
  const runLink = async (): Promise<number> => {
    const running = new AbortController()
    const { promise: ended, resolve: end } = Promise.withResolvers<Error>()
    endLink = end
    let upAt = Number.POSITIVE_INFINITY
    bringUp(running.signal, end).then(() => {
      upAt = performance.now()
    }, end)
    const cause = await ended
    running.abort()
    onDown(cause)
    return performance.now() - upAt
  }

  const run = async (): Promise<void> => {
    let attempt = 0
    while (!closing.signal.aborted) {
      attempt = (await runLink()) < steadyMs ? attempt + 1 : 1
      await sleep(pauseMs(attempt), undefined, { signal: closing.signal, ref: false }).catch(() => {})
    }
  }

  /** The link; throws while there is none. */
  const required = (): RedisLink => {
    if (closing.signal.aborted) throw new Error('the fan-out is closed')
    if (link === undefined) throw new Error('the fan-out is down')
    return link
  }

  const running = run()
  await tried.promise
  return {
    get state() {
      return link === undefined ? 'down' : 'up'
    },
    publish: async (items) => {
      const to = required()
      try {
        await to.publish(items.map(({ channel, payload }) => ({ channel: prefix + channel, payload })))
      } catch (error) {
        // Without its cause, because ioredis attaches the command, which has content.
        throw new Error(`not published: ${contentFreeMessage(error)}`)
      }
    },
    subscribe: (channel, listener) => subscriptions.subscribe(prefix + channel, listener),
    listeners: async (channels) => {
      const counts = await required().listeners(channels.map((channel) => prefix + channel))
      return channels.map((channel) => counts.get(prefix + channel) ?? 0)
    },
    onRestored: (listener) => {
      const entry = { listener }
      restored.add(entry)
      return () => restored.delete(entry)
    },
    close: () => {
      closing.abort()
      endLink(new Error('the fan-out was closed'))
      return running
    },
  }
}
