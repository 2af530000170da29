import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RawData, WebSocket } from 'ws'
import { nowMs } from '../../support/load/load-context.ts'
import { createPendingTasks } from '../task-process/pending-tasks.ts'
import type { Worker } from '../workers/worker.ts'
import type { Order } from '../workers/worker-messages.ts'
import type { AgentMessage, FileName, Hello, Reply } from './agent-messages.ts'
import { encode } from './agent-messages.ts'

const pingEveryMs = 5_000
/** An agent that answers no ping for this long is gone. */
const silenceMs = 30_000

const normalClosure = 1_000

/** Closes the socket of an agent that is silent; returns a function that ends the watch. */
const watchSilence = (socket: WebSocket): (() => void) => {
  let heardMs = performance.now()
  socket.on('pong', () => {
    heardMs = performance.now()
  })
  const timer = setInterval(() => {
    if (performance.now() - heardMs > silenceMs) socket.terminate()
    else socket.ping()
  }, pingEveryMs)
  return () => clearInterval(timer)
}

/** A worker of an agent, at its coordinator. `file` is the beginning of the names of its files. */
export const remoteWorker = (socket: WebSocket, { name }: Hello, folder: string, file: string): Worker => {
  const pending = createPendingTasks()
  const files = new Map<FileName, string>()
  const gone = new Error(`the agent on ${name} is gone`)
  let receiving: { readonly path: string; left: number } | undefined
  const endWatch = watchSilence(socket)

  const receiveBytes = (bytes: Buffer): void => {
    if (receiving === undefined || bytes.length > receiving.left) return socket.terminate()
    appendFileSync(receiving.path, bytes)
    receiving.left -= bytes.length
  }

  const expectFile = (fileName: FileName, left: number): void => {
    const path = join(folder, `${file}.${fileName}`)
    writeFileSync(path, '')
    files.set(fileName, path)
    receiving = { path, left }
  }

  /** The paths in the result are those of the agent; the files are here now. */
  const withOwnFiles = (result: unknown): unknown => {
    const isFinish = files.size > 0 && typeof result === 'object' && result !== null && 'framesFile' in result
    return isFinish ? { ...result, ...Object.fromEntries(files) } : result
  }

  const settle = (reply: Reply): void => {
    if ('error' in reply) pending.reject(reply.number, new Error(reply.error))
    else pending.resolve(reply.number, withOwnFiles(reply.result))
  }

  const receive = (message: AgentMessage): void => {
    if ('clock' in message) socket.send(encode({ clock: message.clock, at: nowMs() }))
    else if ('file' in message) expectFile(message.file, message.bytes)
    else if ('reply' in message) settle(message.reply)
  }

  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (isBinary) receiveBytes(data as Buffer)
    else receive(JSON.parse((data as Buffer).toString()) as AgentMessage)
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    endWatch()
    pending.end(gone)
  })

  return {
    execute: <Result>(order: Order) => {
      const [number, result] = pending.add()
      socket.send(encode({ order: { number, order } }))
      return result.catch((error: Error) => {
        throw error === gone ? error : new Error(`${name}: ${error.message}`)
      }) as Promise<Result>
    },
    [Symbol.asyncDispose]: async () => socket.close(normalClosure),
  }
}
