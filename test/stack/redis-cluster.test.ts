import { Cluster } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { install } from '../../infra/native/install.ts'
import { startRedisCluster } from '../../infra/native/redis-cluster.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import { stackKind } from '../support/stack/start-stack.ts'

describe.skipIf(stackKind() !== 'native')('startRedisCluster', () => {
  it('starts three nodes that share the slots', async () => {
    const folder = makeScratchFolder('cluster')
    await using cluster = await startRedisCluster({ tools: await install(), folder })
    const client = new Cluster([...cluster.urls])
    try {
      const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`)
      await Promise.all(keys.map((key) => client.set(key, key)))
      expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys)
      expect(client.nodes('master')).toHaveLength(3)
    } finally {
      client.disconnect()
      removeScratchFolder(folder)
    }
  })
})
