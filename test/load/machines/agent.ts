import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { counted } from '../tester/units.ts'
import type { Hello } from './agent-messages.ts'
import { agentProtocol, encode, messageBytesMost } from './agent-messages.ts'
import { relayOrders } from './relay.ts'

export interface AgentOptions {
  /** The address of the coordinator. */
  readonly url: string
  readonly key: string
  /** Processes of this machine. */
  readonly workers: number
  /** Whether the person confirmed that the gateways are theirs. */
  readonly isOwner: boolean
}

const openWithinMs = 10_000
const normalClosure = 1_000

const whyNot = (error: Error): string => {
  if (error.message.includes('401'))
    return 'the key is wrong: CHAT_LOAD_KEY must have the value that the other machine has printed'
  return error.message
}

const connect = async ({ url, key }: AgentOptions): Promise<WebSocket> => {
  const headers = { authorization: `Bearer ${key}` }
  const socket = new WebSocket(url, { headers, handshakeTimeout: openWithinMs, maxPayload: messageBytesMost })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.on('error', (error) => reject(new Error(`--agent: cannot join ${url}: ${whyNot(error)}`)))
  })
  return socket
}

/** Resolves when the coordinator has ended the run; rejects if the connection is lost. */
const untilEnd = (socket: WebSocket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('close', (code, reason) => {
      if (code === normalClosure) resolve()
      else reject(new Error(`the connection to the coordinator was closed: ${code} ${reason}`))
    })
  })

/** Joins a run, executes the orders of its coordinator, and resolves at its end. */
export const runAgent = async (options: AgentOptions, print: (line: string) => void): Promise<void> => {
  const { workers, isOwner, url } = options
  const hello: Hello = { protocol: agentProtocol, machine: randomUUID(), name: hostname(), workers }
  const folder = mkdtempSync(join(tmpdir(), 'chat-load-agent-'))
  const sockets: WebSocket[] = []
  const relays: AsyncDisposable[] = []
  try {
    for (let worker = 0; worker < workers; worker += 1) sockets.push(await connect(options))
    const ended = Promise.all(sockets.map(untilEnd))
    ended.catch(() => {})
    for (const socket of sockets) {
      socket.send(encode({ hello }))
      relays.push(await relayOrders(socket, { folder, isOwner }))
    }
    print(`Joined ${url} with ${counted(workers, 'process', 'es')}; waiting for the run.`)
    await ended
    print('The run has ended; the report is on the other machine.')
  } finally {
    for (const socket of sockets) socket.terminate()
    for (const relay of relays) await relay[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
}
