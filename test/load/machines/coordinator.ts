import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import type { Worker } from '../workers/worker.ts'
import type { AgentMessage, Hello } from './agent-messages.ts'
import { agentProtocol, messageBytesMost } from './agent-messages.ts'
import type { Endpoint } from './endpoint.ts'
import { remoteWorker } from './remote-worker.ts'

/** An agent whose workers are all connected. */
export interface JoinedAgent {
  readonly name: string
  readonly workers: readonly Worker[]
}

export interface Coordinator extends AsyncDisposable {
  readonly port: number
  /** Resolves when all agents have joined; rejects when one of them is gone before. */
  readonly joined: Promise<readonly JoinedAgent[]>
}

export interface CoordinatorOptions {
  readonly listenOn: Endpoint
  /** The number of agents. */
  readonly count: number
  /** Agents prove with it that they belong to this run. */
  readonly key: string
  /** For the files of the agents. */
  readonly folder: string
  readonly onJoined: (agent: JoinedAgent) => void
}

const helloWithinMs = 10_000
const wrongVersion = 4_400
const notExpected = 4_401

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

const isAuthorized = ({ headers }: IncomingMessage, key: string): boolean =>
  timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${key}`))

const helloIn = (text: string): Hello | undefined => {
  try {
    const message = JSON.parse(text) as AgentMessage
    return 'hello' in message ? message.hello : undefined
  } catch {
    return undefined
  }
}

/** Waits for agents on other machines. */
export const startCoordinator = async (options: CoordinatorOptions): Promise<Coordinator> => {
  const { listenOn, count, key, folder } = options
  const joined = Promise.withResolvers<readonly JoinedAgent[]>()
  // The run may have been stopped before anything awaits the agents.
  joined.promise.catch(() => {})
  const agents = new Map<string, { readonly hello: Hello; readonly workers: Worker[] }>()
  const server = createServer((_, response) => response.writeHead(404).end())
  const sockets = new WebSocketServer({ noServer: true, maxPayload: messageBytesMost, perMessageDeflate: false })

  const admit = (socket: WebSocket, hello: Hello | undefined): void => {
    if (hello?.protocol !== agentProtocol) return socket.close(wrongVersion, 'the versions of coordinator and agent differ')
    const agent = agents.get(hello.machine) ?? { hello, workers: [] }
    if (agent.workers.length >= hello.workers || (agent.workers.length === 0 && agents.size >= count))
      return socket.close(notExpected, 'all agents have joined')
    agents.set(hello.machine, agent)
    agent.workers.push(remoteWorker(socket, hello, folder, `agent-${agents.size}-${agent.workers.length}`))
    socket.once('close', () => joined.reject(new Error(`the agent on ${hello.name} is gone`)))
    if (agent.workers.length === hello.workers) options.onJoined({ name: hello.name, workers: agent.workers })
    const all = [...agents.values()]
    if (all.length === count && all.every(({ hello: { workers }, workers: { length } }) => length === workers))
      joined.resolve(all.map(({ hello: { name }, workers }) => ({ name, workers })))
  }

  /** The first message is handled at once, because the next ones may be in the same packet. */
  const awaitHello = (socket: WebSocket): void => {
    const late = setTimeout(() => socket.terminate(), helloWithinMs)
    socket.on('error', () => {})
    socket.once('close', () => clearTimeout(late))
    socket.once('message', (data) => {
      clearTimeout(late)
      admit(socket, helloIn(String(data)))
    })
  }

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (isAuthorized(request, key)) sockets.handleUpgrade(request, stream, head, awaitHello)
    else stream.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new Error(`--agent-listen: ${error.message}`)))
    server.listen(listenOn.port, listenOn.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    joined: joined.promise,
    [Symbol.asyncDispose]: async () => {
      for (const { workers } of agents.values()) for (const worker of workers) await worker[Symbol.asyncDispose]()
      server.close()
    },
  }
}
