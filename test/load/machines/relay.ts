import { createReadStream, statSync } from 'node:fs'
import type { RawData, WebSocket } from 'ws'
import { nowMs } from '../../support/load/load-context.ts'
import { probeTargets } from '../tester/preflight.ts'
import { checkTargets } from '../tester/targets.ts'
import { startLocalWorker } from '../workers/local-worker.ts'
import type { Order, WorkerResult } from '../workers/worker-messages.ts'
import type { CoordinatorMessage, NumberedOrder, Reply } from './agent-messages.ts'
import { encode } from './agent-messages.ts'
import type { ClockOffset, ClockReading } from './clock-offset.ts'
import { clockOffset, offsetOfRun } from './clock-offset.ts'

export interface RelayOptions {
  readonly folder: string
  readonly isOwner: boolean
}

const readings = 20

/** Sends a text or bytes, and resolves when the socket has taken them. */
const sendAll = (socket: WebSocket, data: string | Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => socket.send(data, (error) => (error ? reject(error) : resolve())))

const sendFile = async (socket: WebSocket, file: 'framesFile' | 'historyFile', path: string): Promise<void> => {
  await sendAll(socket, encode({ file, bytes: statSync(path).size }))
  for await (const part of createReadStream(path, { highWaterMark: 256 * 1024 })) await sendAll(socket, part as Buffer)
}

/** Starts a process, and passes orders of the coordinator to it and its replies back. */
export const relayOrders = async (socket: WebSocket, { folder, isOwner }: RelayOptions): Promise<AsyncDisposable> => {
  const worker = startLocalWorker()
  const asked = new Map<number, (otherMs: number) => void>()
  let questions = 0

  const readClock = async (): Promise<ClockReading> => {
    const answer = Promise.withResolvers<number>()
    questions += 1
    asked.set(questions, answer.resolve)
    const askedAtMs = nowMs()
    socket.send(encode({ clock: questions }))
    const otherMs = await answer.promise
    return { askedAtMs, answeredAtMs: nowMs(), otherMs }
  }

  const measureClock = async (): Promise<ClockOffset> => {
    const all: ClockReading[] = []
    while (all.length < readings) all.push(await readClock())
    return clockOffset(all)
  }

  /** Folder and clock are those of this machine; a gateway must be reachable from here too. */
  const adapted = async (order: Order): Promise<Order> => {
    if (order.do !== 'begin') return order
    const { urls, identities } = order.options
    checkTargets(urls, isOwner)
    await probeTargets(urls, identities?.[0]?.token)
    return { ...order, options: { ...order.options, folder, clockOffsetMs: (await first).offsetMs } }
  }

  const finished = async (result: WorkerResult): Promise<WorkerResult> => {
    for (const file of ['framesFile', 'historyFile'] as const) await sendFile(socket, file, result[file])
    return { ...result, clock: offsetOfRun(await first, await measureClock()) }
  }

  const resultOf = async (order: Order): Promise<unknown> => {
    const result = await worker.execute(await adapted(order))
    return order.do === 'finish' ? finished(result as WorkerResult) : result
  }

  const execute = async ({ number, order }: NumberedOrder): Promise<void> => {
    const reply = await resultOf(order).then(
      (result): Reply => ({ number, result }),
      (error: unknown): Reply => ({ number, error: error instanceof Error ? error.message : String(error) }),
    )
    socket.send(encode({ reply }))
  }

  socket.on('message', (data: RawData) => {
    const message = JSON.parse(String(data)) as CoordinatorMessage
    if ('order' in message) return void execute(message.order)
    asked.get(message.clock)?.(message.at)
    asked.delete(message.clock)
  })
  void worker.ended.then(() => socket.close(1_011, 'a process of the agent has ended'))

  const first = measureClock()
  await Promise.race([first, new Promise((resolve) => socket.once('close', resolve))])
  return { [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose]() }
}
