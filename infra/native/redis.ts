import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, onFreePorts } from './free-port.ts'
import type { NativeServer } from './native-server.ts'
import { nativeServer } from './native-server.ts'
import { probeRedis } from './probe-redis.ts'
import type { NativeTools } from './tools.ts'

/** A Redis server as a child process. */
export interface RedisServer extends NativeServer {
  readonly port: number
  readonly url: string
}

/** Options of `startRedis`. */
export interface NativeRedisOptions {
  readonly tools: NativeTools
  /** The folder of its log; data is not kept over a restart. */
  readonly folder: string
  /** The port of an earlier start; a free one if absent. */
  readonly port?: number | undefined
  /** Further command-line arguments, for example for a node of a cluster. */
  readonly args?: readonly string[]
  readonly isDetached?: boolean
}

const startOn = async (options: NativeRedisOptions, port: number): Promise<RedisServer> => {
  mkdirSync(options.folder, { recursive: true })
  const places = ['--bind', '127.0.0.1', '--port', String(port), '--dir', options.folder]
  const server = nativeServer({
    name: 'Redis',
    command: options.tools.redisServer,
    args: [...places, '--save', '', '--appendonly', 'no', ...(options.args ?? [])],
    workingFolder: options.folder,
    logFile: join(options.folder, 'server.log'),
    stopSignal: 'SIGTERM',
    orphanSignal: 'SIGKILL',
    isDetached: options.isDetached ?? false,
    port,
    probe: () => probeRedis(port),
    readyWithinMs: 15_000,
  })
  await server.start()
  return Object.assign(server, { port, url: `redis://127.0.0.1:${port}` })
}

/** Starts a Redis on loopback that writes nothing to disk; resolves when it answers PING. */
export const startRedis = (options: NativeRedisOptions): Promise<RedisServer> => {
  const { port } = options
  if (port !== undefined) return startOn(options, port)
  return onFreePorts(async () => startOn(options, await freePort()))
}
