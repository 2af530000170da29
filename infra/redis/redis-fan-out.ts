import { setTimeout as sleep } from 'node:timers/promises'
import type { FanOut } from '../../shared/ports/fan-out.ts'
import type { Times } from '../../shared/runtime/config/times.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'
import { callAll } from '../fan-out/call-all.ts'
import { channelSubscriptions } from '../fan-out/channel-subscriptions.ts'
import type { TlsMaterial } from '../tls/tls-files.ts'
import type { RedisLink } from './redis-link.ts'
import { openRedisLink } from './redis-link.ts'

export interface RedisFanOutOptions {
  readonly url: string
  /** `url` is that of any node of a Redis Cluster. */
  readonly isCluster: boolean
  /** For a URL that begins with `rediss://`: whom to trust, and what to show; the system's when absent. */
  readonly tls?: TlsMaterial | undefined
  /** Prefix of every channel's name; may be empty. */
  readonly namespace: string
  readonly times: Pick<Times, 'redisPingMs' | 'redisDeadMs'>
  readonly log: Log
}

/** A link that was up for less than this was no success: what ends it at once does so again. */
const steadyMs = 500

/** Before the nth attempt since the last success. Processes do not come back in step. */
const pauseMs = (attempt: number): number => Math.min(20 * attempt, 1_000) * (0.75 + Math.random() / 2)

/** Some of Redis' refusals quote the command, and with it what people wrote: they are told up to the first quote. */
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message.replace(/['"`].*/s, '…') : 'unknown')

/**
 * The fan-out on Redis pub/sub: one server, or a Redis Cluster with sharded
 * pub/sub. Resolves when the first attempt to connect has ended, well or not;
 * it then keeps trying until it is closed.
 *
 * Promises:  a server that is silent for `redisDeadMs` while it is asked
 *            something, which it is every `redisPingMs`, is `down`, and what
 *            waits for it rejects. `up` again only on fresh connections, with
 *            every subscription in place and a PING answered behind them.
 * Does not:  tell a server that stood still from a process that stood still for as long.
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
  let endLife: (cause: Error) => void = () => {}

  const rise = (to: RedisLink): void => {
    link = to
    lastReason = ''
    log.info({}, 'the fan-out is up')
    tried.resolve()
    callAll([...restored], (place) => restored.has(place) && place.listener(), log)
  }

  const fall = (cause: Error): void => {
    link = undefined
    subscriptions.detach()
    const reason = reasonOf(cause)
    if (reason !== lastReason && !closing.signal.aborted) log.warn({ reason }, 'the fan-out is down')
    lastReason = reason
    tried.resolve()
  }

  const bringUp = async (signal: AbortSignal, onEnd: (cause: Error) => void): Promise<void> => {
    const where = { url, known, isCluster, tls, silentMs: times.redisDeadMs }
    const opened = await openRedisLink({ ...where, onMessage: subscriptions.deliver, onEnd, signal })
    known = opened.nodes
    await subscriptions.attach(opened)
    // The barrier: behind this answer, nothing that was subscribed is unheard.
    await opened.ping()
    if (signal.aborted) return
    const heartbeat = setInterval(() => opened.ping().catch(() => {}), times.redisPingMs).unref()
    signal.addEventListener('abort', () => clearInterval(heartbeat))
    rise(opened)
  }

  /** One life of the link, from its opening to its end; tells for how long it was up. */
  const live = async (): Promise<number> => {
    const life = new AbortController()
    const { promise: ended, resolve: end } = Promise.withResolvers<Error>()
    endLife = end
    let risenAt = Number.POSITIVE_INFINITY
    bringUp(life.signal, end).then(() => {
      risenAt = performance.now()
    }, end)
    const cause = await ended
    life.abort()
    fall(cause)
    return performance.now() - risenAt
  }

  const run = async (): Promise<void> => {
    let attempt = 0
    while (!closing.signal.aborted) {
      attempt = (await live()) < steadyMs ? attempt + 1 : 1
      await sleep(pauseMs(attempt), undefined, { signal: closing.signal, ref: false }).catch(() => {})
    }
  }

  const running = run()
  await tried.promise
  return {
    get state() {
      return link === undefined ? 'down' : 'up'
    },
    publish: async (items) => {
      if (closing.signal.aborted) throw new Error('the fan-out is closed')
      if (link === undefined) throw new Error('the fan-out is down')
      try {
        await link.publish(items.map(({ channel, payload }) => ({ channel: prefix + channel, payload })))
      } catch (error) {
        // Not with its cause, to which the driver ties the command, and with it what people wrote.
        throw new Error(`not published: ${reasonOf(error)}`)
      }
    },
    subscribe: (channel, listener) => subscriptions.subscribe(prefix + channel, listener),
    onRestored: (listener) => {
      const place = { listener }
      restored.add(place)
      return () => restored.delete(place)
    },
    close: () => {
      closing.abort()
      endLife(new Error('the fan-out was closed'))
      return running
    },
  }
}
