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

describe.skipIf(stackKind() === 'env')('The fan-out on a Redis Cluster that fails', () => {
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

  /** Two fan-outs, the first of which listens on all channels. The channels are spread over all nodes. */
  const open = async () => {
    const [near, far] = await Promise.all([watch(seed()), watch(seed())])
    const opened = asOpened(near, far)
    const subscribers = await Promise.all(channels.map(async (channel) => [channel, await listen(opened, channel)] as const))
    return { near, far, opened, subscribers: new Map(subscribers) }
  }
  /** Publishes until every listener has received the same publication: a publisher may detect moved slots only by a refusal. */
  const untilAllReceive = async (far: Watched, subscribers: ReadonlyMap<string, Subscriber>): Promise<void> => {
    const mark = `mark ${performance.now()}`
    const isReceivedByAll = async (): Promise<boolean> => {
      await publishToAll(far, mark)
      return [...subscribers.values()].every(({ received }) => received.includes(mark))
    }
    await until('a publication on every channel to be received', isReceivedByAll, backoff)
  }
  const publishToAll = (far: Watched, payload: string): Promise<void> =>
    far.fanOut.publish(channels.map((channel) => ({ channel, payload })))

  it('counts the processes that listen on channels of all nodes', async () => {
    const { far, opened } = await open()
    await using _ = opened
    expect(await far.fanOut.listeners([...channels, 'room-unused'])).toEqual([...channels.map(() => 1), 0])
  })

  it('is restored for listeners and publishers when a slot moves', async () => {
    const { near, far, opened, subscribers } = await open()
    await using _ = opened
    const slot = await slots.of('chat:room-0')
    const owner = await slots.owner(slot)
    await slots.move(slot, owner, (owner + 1) % 3)
    await untilRestored(near, 1)
    await untilAllReceive(far, subscribers)
    expect([near.fanOut.state, far.fanOut.state, await nodeOf('room-0')]).toEqual(['up', 'up', (owner + 1) % 3])
  })

  it('is down while one node is frozen, and restored when the node continues', async () => {
    const { near, far, opened, subscribers } = await open()
    await using _ = opened
    const node = cluster.nodes[await nodeOf('room-1')]
    await node?.pause()
    const pending = publish(far.fanOut, 'room-1', 'pending')
    await expect(pending).rejects.toThrow()
    await untilState('down', near, far)
    expect(await isSettled(publishToAll(far, 'refused'))).toBe(true)
    await node?.resume()
    await Promise.all([untilRestored(near, 1), untilRestored(far, 1)])
    await untilAllReceive(far, subscribers)
  })

  it('is down while one node is killed, and restored when the node runs again', async () => {
    const { near, far, opened, subscribers } = await open()
    await using _ = opened
    const node = cluster.nodes[await nodeOf('room-2')]
    await node?.kill()
    await untilState('down', near, far)
    await node?.start()
    await Promise.all([untilRestored(near, 1), untilRestored(far, 1)])
    await untilAllReceive(far, subscribers)
  })

  it('finds the other nodes when the configured node has left the cluster', async () => {
    const { near, far, opened, subscribers } = await open()
    await using _ = opened
    await slots.moveAll(0, 1)
    await untilRestored(near, 1)
    await untilAllReceive(far, subscribers)
    await cluster.nodes[0]?.kill()
    const restoredBefore = near.restored()
    for (const url of cluster.urls.slice(1)) await ask(url, 'CLIENT', 'KILL', 'TYPE', 'pubsub')
    await untilRestored(near, restoredBefore + 1)
    await untilAllReceive(far, subscribers)
    const newcomer = await watch(seed())
    expect(newcomer.fanOut.state).toBe('down')
    await newcomer.fanOut.close()
    await cluster.nodes[0]?.start()
  })
})
