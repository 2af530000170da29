import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { extname, join } from 'node:path'
import type { Worker } from './worker.ts'
import { createPendingOrders } from './worker.ts'
import type { NumberedOrder, Reply } from './worker-messages.ts'

/** The packed tester consists of JavaScript files. */
const entry = join(import.meta.dirname, `worker-process${extname(import.meta.filename)}`)

export const forkWorker = (): ChildProcess => fork(entry, { serialization: 'advanced' })

export const endWorker = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** Starts a process on this machine. */
export const startLocalWorker = (): Worker => {
  const child = forkWorker()
  const pending = createPendingOrders()
  child.on('message', (reply: Reply) => pending.settle(reply))
  child.on('exit', (code) => pending.end(new Error(`a process of the load ended with ${code}`)))
  return {
    perform: (order) => {
      const [number, result] = pending.add()
      child.send({ number, order } satisfies NumberedOrder)
      return result
    },
    [Symbol.asyncDispose]: () => endWorker(child),
  }
}
