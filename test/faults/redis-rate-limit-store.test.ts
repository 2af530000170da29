import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { install } from '../../infra/native/install.ts'
import type { RedisServer } from '../../infra/native/redis.ts'
import { startRedis } from '../../infra/native/redis.ts'
import { redisRateLimitStore } from '../../infra/redis/redis-rate-limit-store.ts'
import type { RateLimitStore } from '../../shared/ports/rate-limit-store.ts'
import { defaultTimes } from '../../shared/runtime/config/times.ts'
import { until } from '../support/poll.ts'
import { recordingLog } from '../support/recording-log.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import { stackKind } from '../support/stack/start-stack.ts'

const rate = { perMinute: 1, burst: 10 }

describe.skipIf(stackKind() === 'env')('Shared limits on a Redis that fails', () => {
  const folder = makeScratchFolder('redis')
  const log = recordingLog()
  let server: RedisServer
  let rateLimitStore: RateLimitStore
  const spend = (): Promise<readonly number[]> => rateLimitStore.spend([{ key: 'k', cost: 1, rate }])
  const isUp = (): Promise<boolean> => spend().then(Boolean, () => false)

  beforeAll(async () => {
    server = await startRedis({ tools: await install(), folder })
    const times = { ...defaultTimes, redisPingMs: 200, redisDeadMs: 1_000 }
    rateLimitStore = redisRateLimitStore({ url: server.url, isCluster: false, namespace: 'chat', times, log })
    await until('the first answer', isUp)
  })
  afterAll(async () => {
    await rateLimitStore.close()
    await server[Symbol.asyncDispose]()
    removeScratchFolder(folder)
  })

  it('fail at once while Redis is down, and work again afterwards', async () => {
    await server.stop()
    await until('a refusal', async () => !(await isUp()))
    const before = performance.now()
    await expect(spend()).rejects.toThrow()
    expect(performance.now() - before).toBeLessThan(500)
    await server.start()
    await until('an answer', isUp)
    await until('the log line', () => log.lines.some((line) => line.includes('limits are not shared')))
  })

  it('fail within the timeout while Redis is silent, and work again afterwards', async () => {
    await server.pause()
    await expect(spend()).rejects.toThrow()
    await server.resume()
    await until('an answer', isUp)
  })

  it('work after Redis has lost the script', async () => {
    const redis = new Redis(server.url)
    await redis.script('FLUSH')
    redis.disconnect()
    expect(await spend()).toHaveLength(1)
  })
})
