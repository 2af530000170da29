import type { RedisCluster } from '../../infra/native/redis-cluster.ts'
import { until } from '../support/poll.ts'
import { ask, backoff } from './fan-out-rig.ts'

/** Reads and changes the slots of a cluster, node by node. */
export interface ClusterSlots {
  of(channel: string): Promise<number>
  /** Index of the node that reports the slot as its own. */
  owner(slot: number): Promise<number>
  /** Moves a slot without keys, with the commands that `redis-cli --cluster reshard` sends. */
  move(slot: number, from: number, to: number): Promise<void>
  /** Moves all slots of one node to another one at once. In between no node serves them. */
  moveAll(from: number, to: number): Promise<void>
}

type Range = readonly [first: number, last: number, master: readonly [host: string, port: number, id: string]]

export const clusterSlots = ({ urls }: RedisCluster): ClusterSlots => {
  const url = (index: number): string => urls[index] ?? ''
  const cluster = (index: number, ...words: string[]): Promise<unknown> => ask(url(index), 'CLUSTER', ...words)
  const indices = urls.map((_, index) => index)
  const idOf = async (index: number): Promise<string> => String(await cluster(index, 'MYID'))
  const rangesOf = async (index: number): Promise<Range[]> => {
    const [id, ranges] = [await idOf(index), (await cluster(index, 'SLOTS')) as Range[]]
    return ranges.filter(([, , master]) => master[2] === id)
  }
  const isIn = (slot: number, [first, last]: Range): boolean => first <= slot && slot <= last

  return {
    of: async (channel) => Number(await cluster(0, 'KEYSLOT', channel)),
    owner: async (slot) => {
      for (const index of indices) if ((await rangesOf(index)).some((range) => isIn(slot, range))) return index
      throw new Error('no node holds the slot')
    },
    move: async (slot, from, to) => {
      const target = await idOf(to)
      await cluster(to, 'SETSLOT', String(slot), 'IMPORTING', await idOf(from))
      await cluster(from, 'SETSLOT', String(slot), 'MIGRATING', target)
      for (const index of [to, from, ...indices]) await cluster(index, 'SETSLOT', String(slot), 'NODE', target)
    },
    moveAll: async (from, to) => {
      const ranges = (await rangesOf(from)).flatMap(([first, last]) => [String(first), String(last)])
      for (const index of indices) await cluster(index, 'DELSLOTSRANGE', ...ranges)
      await cluster(to, 'ADDSLOTSRANGE', ...ranges)
      const everybodyKnows = async (): Promise<boolean> => {
        const infos = await Promise.all(indices.map((index) => cluster(index, 'INFO')))
        return infos.every((info) => String(info).includes('cluster_state:ok'))
      }
      await until('the cluster to agree', everybodyKnows, backoff)
    },
  }
}
