import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { install } from '../../infra/native/install.ts'
import type { RedisCluster } from '../../infra/native/redis-cluster.ts'
import { startRedisCluster } from '../../infra/native/redis-cluster.ts'
import type { Subscriber } from '../contract/fan-out/open-fan-out.ts'
import { listen, publish } from '../contract/fan-out/open-fan-out.ts'
import { until } from '../support/poll.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import { stackKind } from '../support/stack/start-stack.ts'
import type { ClusterSlots } from './cluster-slots.ts'
import { clusterSlots } from './cluster-slots.ts'
import type { Watched } from './fan-out-rig.ts'
import { ask, asOpened, backoff, isSettled, untilRestored, untilState, watch } from './fan-out-rig.ts'

const channels = Array.from({ length: 30 }, (_, index) => `room-${index}`)

describe.skipIf(stackKind() === 'env')('the fan-out on a Redis Cluster that fails', () => {
  const folder = makeScratchFolder('cluster')
  let cluster: RedisCluster
  let slots: ClusterSlots
  beforeAll(async () => {
    cluster = await startRedisCluster({ tools: await install(), folder })
    slots = clusterSlots(cluster)
  })
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
    removeScratchFolder(folder)
  })

  const seed = () => ({ url: cluster.urls[0] ?? '', isCluster: true, namespace: 'chat' })
  const nodeOf = async (channel: string): Promise<number> => slots.owner(await slots.of(`chat:${channel}`))

  /** Two ends, the first one listening on all topics, which are on all nodes. */
  const open = async () => {
    const [near, far] = await Promise.all([watch(seed()), watch(seed())])
    const opened = asOpened(near, far)
    const subscribers = await Promise.all(channels.map(async (channel) => [channel, await listen(opened, channel)] as const))
    return { near, far, opened, subscribers: new Map(subscribers) }
  }
  /** Whoever publishes may learn of a change only by being refused. */
  const untilAllHear = async (far: Watched, subscribers: ReadonlyMap<string, Subscriber>): Promise<void> => {
    const mark = `mark ${performance.now()}`
    const heardByAll = async (): Promise<boolean> => {
      await publishToAll(far, mark)
      return [...subscribers.values()].every(({ received }) => received.includes(mark))
    }
    await until('all topics to be received', heardByAll, backoff)
  }
  const publishToAll = (far: Watched, payload: string): Promise<void> =>
    far.fanOut.publish(channels.map((channel) => ({ channel, payload })))

  it('is restored when a slot moves, for those who listen and those who publish', async () => {
    const { near, far, opened, subscribers } = await open()
    await using _ = opened
    const slot = await slots.of('chat:room-0')
    const owner = await slots.owner(slot)
    await slots.move(slot, owner, (owner + 1) % 3)
    await untilRestored(near, 1)
    await untilAllHear(far, subscribers)
    expect([near.fanOut.state, far.fanOut.state, await nodeOf('room-0')]).toEqual(['up', 'up', (owner + 1) % 3])
  })

  it('is down while one node hangs, and restored when it goes on', async () => {
    const { near, far, opened, subscribers } = await open()
    await using _ = opened
    const node = cluster.nodes[await nodeOf('room-1')]
    await node?.pause()
    const underWay = publish(far.fanOut, 'room-1', 'under way')
    await expect(underWay).rejects.toThrow()
    await untilState('down', near, far)
    expect(await isSettled(publishToAll(far, 'refused'))).toBe(true)
    await node?.resume()
    await Promise.all([untilRestored(near, 1), untilRestored(far, 1)])
    await untilAllHear(far, subscribers)
  })

  it('is down while one node is gone, and restored when it is back', async () => {
    const { near, far, opened, subscribers } = await open()
    await using _ = opened
    const node = cluster.nodes[await nodeOf('room-2')]
    await node?.kill()
    await untilState('down', near, far)
    await node?.start()
    await Promise.all([untilRestored(near, 1), untilRestored(far, 1)])
    await untilAllHear(far, subscribers)
  })

  it('finds the others when the node that it was told of has left', async () => {
    const { near, far, opened, subscribers } = await open()
    await using _ = opened
    await slots.moveAll(0, 1)
    await untilRestored(near, 1)
    await untilAllHear(far, subscribers)
    await cluster.nodes[0]?.kill()
    const restoredBefore = near.restored()
    for (const url of cluster.urls.slice(1)) await ask(url, 'CLIENT', 'KILL', 'TYPE', 'pubsub')
    await untilRestored(near, restoredBefore + 1)
    await untilAllHear(far, subscribers)
    const stranger = await watch(seed())
    expect(stranger.fanOut.state).toBe('down')
    await stranger.fanOut.close()
    await cluster.nodes[0]?.start()
  })
})
