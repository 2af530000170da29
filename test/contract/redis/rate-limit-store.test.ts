import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { install } from '../../../infra/native/install.ts'
import type { RedisCluster } from '../../../infra/native/redis-cluster.ts'
import { startRedisCluster } from '../../../infra/native/redis-cluster.ts'
import type { RedisRateLimitStoreOptions } from '../../../infra/redis/redis-rate-limit-store.ts'
import { redisRateLimitStore } from '../../../infra/redis/redis-rate-limit-store.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { until } from '../../support/poll.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { makeScratchFolder, removeScratchFolder } from '../../support/stack/scratch-folder.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { stackKind } from '../../support/stack/start-stack.ts'
import type { OpenRateLimitStores } from '../rate-limit-store/suite.ts'
import { rateLimitStoreSuite } from '../rate-limit-store/suite.ts'

const times = { ...defaultTimes, redisPingMs: 200 }

const openOn = async (where: Omit<RedisRateLimitStoreOptions, 'times' | 'log'>): Promise<OpenRateLimitStores> => {
  const end = () => redisRateLimitStore({ ...where, times, log: recordingLog() })
  const [near, far] = [end(), end()]
  const isReady = (): Promise<unknown> =>
    Promise.all([near, far].map((each) => each.spend([{ key: 'ready', cost: 0, rate: { perMinute: 1, burst: 1 } }])))
  await until('both ends to be connected', async () => {
    await isReady().catch(() => undefined)
    return isReady().then(
      () => true,
      () => false,
    )
  })
  return { near, far, [Symbol.asyncDispose]: async () => void (await Promise.all([near.close(), far.close()])) }
}

describe.skipIf(noStackReason())('on one Redis', () => {
  const open = (namespace = sharedStack().freshNamespace()) =>
    openOn({ url: sharedStack().urls().redisUrl, isCluster: false, namespace })

  rateLimitStoreSuite('Redis', () => open())

  it('expires the key of a bucket when the bucket is full, and prefixes it with the namespace', async () => {
    const namespace = sharedStack().freshNamespace()
    await using ends = await open(namespace)
    await ends.near.spend([{ key: 'k', cost: 10, rate: { perMinute: 60, burst: 50 } }])
    const redis = new Redis(sharedStack().urls().redisUrl)
    const keys = await redis.keys(`${namespace}:*`)
    const leftMs = await redis.pttl(`${namespace}:limits:k`)
    redis.disconnect()
    expect(keys.toSorted()).toEqual(['gateways', 'k', 'ready'].map((key) => `${namespace}:limits:${key}`))
    expect(leftMs).toBeGreaterThan(5_000)
    expect(leftMs).toBeLessThanOrEqual(11_000)
  })
})

describe.skipIf(noStackReason() ?? stackKind() !== 'native')('on a Redis Cluster of three', () => {
  const folder = makeScratchFolder('cluster')
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await startRedisCluster({ tools: await install(), folder })
  })
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
    removeScratchFolder(folder)
  })

  rateLimitStoreSuite('Redis Cluster', () => openOn({ url: cluster.urls[1] ?? '', isCluster: true, namespace: 'chat' }))
})
