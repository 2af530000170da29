import { GenericContainer } from 'testcontainers'
import { freePort } from '../../../infra/native/free-port.ts'
import { probeRedis } from '../../../infra/native/probe-redis.ts'
import type { ContainerServer } from './container-server.ts'
import { startContainer } from './container-server.ts'

export interface RedisContainer extends ContainerServer {
  readonly port: number
  /** The URL for this machine. */
  readonly url: string
}

const alias = 'redis'
/** The URL for containers of the network. */
export const redisInside = `redis://${alias}:6379`

/** Starts a Redis that writes nothing to disk. */
export const startRedisContainer = async (image: string, network: string): Promise<RedisContainer> => {
  const port = await freePort()
  const container = new GenericContainer(image)
    .withNetworkMode(network)
    .withNetworkAliases(alias)
    .withExposedPorts({ container: 6379, host: port })
    .withCommand(['redis-server', '--save', '', '--appendonly', 'no'])
  const probe = (): Promise<void> => probeRedis(port)
  const server = await startContainer({ name: 'Redis', container, probe, readyWithinMs: 60_000, stopWithinMs: 10_000 })
  return Object.assign(server, { port, url: `redis://127.0.0.1:${port}` })
}
