import { randomUUID } from 'node:crypto'
import type { ClusterNode, Redis } from 'ioredis'
import { Redis as Client, Cluster } from 'ioredis'
import type { Charge, RateLimitStore } from '../../shared/ports/rate-limit-store.ts'
import type { Times } from '../../shared/runtime/config/times.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'
import type { TlsMaterial } from '../tls/tls-files.ts'
import { RedisConnector } from './redis-connector.ts'

/** Options of the rate-limit store on Redis. */
export interface RedisRateLimitStoreOptions {
  readonly url: string
  /** `url` is that of any node of a Redis Cluster. */
  readonly isCluster: boolean
  /** Certificates for a URL that begins with `rediss://`; those of the system if absent. */
  readonly tls?: TlsMaterial | undefined
  /** Prefix of every key's name; may be empty. */
  readonly namespace: string
  readonly times: Pick<Times, 'redisPingMs' | 'redisDeadMs'>
  readonly log: Log
}

/**
 * One charge. Uses the time of the server, so that the clocks of gateways do not
 * matter. The key expires when its bucket is full.
 */
const spendScript = `
local cost, perMs, burst = tonumber(ARGV[1]), tonumber(ARGV[2]) / 60000, tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
level = math.min(burst, level + math.max(0, now - at) * perMs) - cost
level = math.max(-burst, math.min(burst, level))
redis.call('HSET', KEYS[1], 'level', tostring(level), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - level) / perMs) + 1000)
if level >= 0 then return 0 end
return math.ceil(-level / perMs)
`

/** Registers one gateway for a time, and returns the number of registered gateways. */
const registerScript = `
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], time[1], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', time[1] - ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
`

interface Scripts {
  spendFromBucket(key: string, cost: string, perMinute: string, burst: string): Promise<number>
  registerGateway(key: string, gateway: string, withinS: string): Promise<number>
}

/** The driver's queue is off: a charge that cannot be sent now is not sent later. */
const settings = ({ times, tls }: RedisRateLimitStoreOptions) => ({
  connectionName: 'rate-limits',
  ...(tls === undefined ? {} : { tls: { ...tls, rejectUnauthorized: true } }),
  disableClientInfo: true,
  Connector: RedisConnector,
  // Scripts fail while the server is loading; the ready check would need the right to call INFO.
  enableReadyCheck: false,
  enableOfflineQueue: false,
  enableAutoPipelining: true,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: times.redisDeadMs,
  connectTimeout: times.redisDeadMs,
  retryStrategy: (attempt: number): number => Math.min(50 * attempt, 2_000),
})

const nodeOf = (url: string): ClusterNode => {
  const { hostname, port } = new URL(url)
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || 6379) }
}

const connect = (options: RedisRateLimitStoreOptions): (Redis | Cluster) & Scripts => {
  const { url, isCluster } = options
  const { retryStrategy, enableOfflineQueue, enableAutoPipelining, ...node } = settings(options)
  const redis = isCluster
    ? new Cluster([nodeOf(url)], {
        redisOptions: { ...node, ...credentialsOf(url) },
        enableOfflineQueue,
        enableAutoPipelining,
        clusterRetryStrategy: retryStrategy,
      })
    : new Client(url, settings(options))
  redis.defineCommand('spendFromBucket', { numberOfKeys: 1, lua: spendScript })
  redis.defineCommand('registerGateway', { numberOfKeys: 1, lua: registerScript })
  return redis as (Redis | Cluster) & Scripts
}

const credentialsOf = (url: string) => {
  const { username, password } = new URL(url)
  return {
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  }
}

const registeredForS = 15

/**
 * Shared buckets on Redis, on one server or a Redis Cluster: one key per bucket,
 * one script call per charge, all charges of a call in one write.
 *
 * No library is used: the available ones count in fixed windows, which allow two
 * bursts at a boundary, and ask Redis before every request.
 */
export const redisRateLimitStore = (options: RedisRateLimitStoreOptions): RateLimitStore => {
  const { namespace, log, times } = options
  const prefix = `${namespace === '' ? '' : `${namespace}:`}limits:`
  const own = randomUUID()
  const redis = connect(options)
  let gateways = 1
  let lastReason = ''
  const reportOnce = (reason: string): void => {
    if (reason !== lastReason) log.warn({ reason }, 'rate limits are not shared: Redis is unavailable')
    lastReason = reason
  }
  redis.on('error', (error: Error) => reportOnce(error.message))
  // A server that returns at once causes no error.
  redis.on('close', () => {
    if (lastReason === '') reportOnce('the connection was lost')
  })
  redis.on('ready', () => {
    lastReason = ''
  })

  const registerGateway = async (): Promise<void> => {
    if (redis.status !== 'ready') return
    gateways = Math.max(1, await redis.registerGateway(`${prefix}gateways`, own, String(registeredForS)))
  }
  const heartbeat = setInterval(() => void registerGateway().catch(() => {}), times.redisPingMs).unref()
  redis.once('ready', () => void registerGateway().catch(() => {}))

  const spend = ({ key, cost, rate }: Charge): Promise<number> =>
    redis.spendFromBucket(`${prefix}${key}`, String(cost), String(rate.perMinute), String(rate.burst))

  return {
    spend: async (items) => {
      if (redis.status !== 'ready') throw new Error('Redis is not connected')
      return Promise.all(items.map(spend))
    },
    get gateways() {
      return gateways
    },
    close: async () => {
      clearInterval(heartbeat)
      redis.disconnect()
    },
  }
}
