import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { install } from '../../../infra/native/install.ts'
import type { RedisCluster } from '../../../infra/native/redis-cluster.ts'
import { startRedisCluster } from '../../../infra/native/redis-cluster.ts'
import { makeScratchFolder, removeScratchFolder } from '../../support/stack/scratch-folder.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { stackKind } from '../../support/stack/start-stack.ts'
import { listen, publish, untilAllReceived } from '../fan-out/open-fan-out.ts'
import { fanOutSuite } from '../fan-out/suite.ts'
import { openRedisFanOut } from './open-redis-fan-out.ts'

describe.skipIf(noStackReason())('on one Redis', () => {
  const open = (namespace = sharedStack().freshNamespace()) =>
    openRedisFanOut({ url: sharedStack().urls().redisUrl, isCluster: false, namespace })

  fanOutSuite('Redis', () => open())

  it('does not receive publications of another namespace', async () => {
    await using one = await open()
    await using other = await open()
    const [subscriber, stranger] = [await listen(one, 'room:1'), await listen(other, 'room:1')]
    await publish(one.far, 'room:1', 'a')
    await untilAllReceived(other, 'room:1')
    await untilAllReceived(one, 'room:1')
    expect(subscriber.received[0]).toBe('a')
    expect(stranger.received).not.toContain('a')
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

  fanOutSuite('Redis Cluster', () => openRedisFanOut({ url: cluster.urls[1] ?? '', isCluster: true, namespace: 'chat' }))
})
