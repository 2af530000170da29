import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, onFreePorts } from './free-port.ts'
import type { RedisServer } from './redis.ts'
import { startRedis } from './redis.ts'
import { runCommand } from './run-command.ts'
import type { NativeTools } from './tools.ts'

const nodeCount = 3
const agreeWithinMs = 30_000

/** A Redis Cluster of three masters without replicas, for tests of slots, redirections and sharded pub/sub. */
export interface RedisCluster extends AsyncDisposable {
  readonly nodes: readonly RedisServer[]
  /** The URL of each node; each of them knows the others. */
  readonly urls: readonly string[]
}

/** Options of `startRedisCluster`. */
export interface RedisClusterOptions {
  readonly tools: NativeTools
  readonly folder: string
}

const startNode = (options: RedisClusterOptions, index: number): Promise<RedisServer> =>
  onFreePorts(async () => {
    const settings = {
      'cluster-enabled': 'yes',
      'cluster-port': await freePort(),
      'cluster-node-timeout': 2_000,
      'cluster-config-file': 'nodes.conf',
    }
    const args = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)])
    return startRedis({ ...options, folder: join(options.folder, `node-${index + 1}`), args })
  })

const hasAgreed = async (redisCli: string, node: RedisServer): Promise<boolean> => {
  const output = await runCommand(redisCli, ['-p', String(node.port), 'cluster', 'info'])
  return /cluster_state:ok/.test(output) && output.includes(`cluster_known_nodes:${nodeCount}`)
}

/** Each node must know all slots, because a node without them redirects to an unknown node. */
const untilAgreed = async (redisCli: string, nodes: readonly RedisServer[]): Promise<void> => {
  const deadline = performance.now() + agreeWithinMs
  for (const node of nodes) {
    while (!(await hasAgreed(redisCli, node))) {
      if (performance.now() > deadline) throw new Error('the nodes of the Redis Cluster do not agree')
      await sleep(50)
    }
  }
}

/** Starts and joins three nodes; resolves when each of them reports a complete cluster. */
export const startRedisCluster = async (options: RedisClusterOptions): Promise<RedisCluster> => {
  const { redisCli } = options.tools
  await using started = new AsyncDisposableStack()
  const nodes: RedisServer[] = []
  for (let index = 0; index < nodeCount; index++) {
    nodes.push(started.use(await startNode(options, index)))
  }
  const addresses = nodes.map((node) => `127.0.0.1:${node.port}`)
  await runCommand(redisCli, ['--cluster', 'create', ...addresses, '--cluster-yes'])
  await untilAgreed(redisCli, nodes)
  const kept = started.move()
  return {
    nodes,
    urls: nodes.map((node) => node.url),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
