import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { NumberedOrder, Order, Sample, Word, WorkerOptions, WorkerResult } from './crew-messages.ts'

/** A load on several processes, each with its share of the users. */
export interface Crew extends AsyncDisposable {
  /** A sample of each process since the previous call. */
  sample(): Promise<readonly Sample[]>
  connect(): Promise<ReadonlyMap<number, string>>
  createRooms(userIds: ReadonlyMap<number, string>): Promise<void>
  /** Resolves when all messages are sent, or when sending was stopped. */
  send(perSecond: number, count: number): Promise<void>
  /** Stops sending, and waits for the outcome of every message. */
  settle(withinMs: number): Promise<void>
  finish(readsLists: boolean): Promise<readonly WorkerResult[]>
}

export type CrewOptions = Omit<WorkerOptions, 'process' | 'processes'> & { readonly workers: number }

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

interface Worker {
  readonly child: ChildProcess
  tell(order: Order): Promise<unknown>
}

const startWorker = (): Worker => {
  const child = fork(join(import.meta.dirname, 'crew-worker.ts'), { serialization: 'advanced' })
  const waiting = new Map<number, Waiting>()
  let orders = 0
  const worker: Worker = {
    child,
    tell: (order) =>
      new Promise((resolve, reject) => {
        orders += 1
        waiting.set(orders, { resolve, reject })
        child.send({ number: orders, order } satisfies NumberedOrder)
      }),
  }
  child.on('message', (word: Word) => {
    const next = waiting.get(word.number)
    waiting.delete(word.number)
    if (word.said === 'done') next?.resolve(word.result)
    else next?.reject(new Error(word.why))
  })
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`a process of the load ended with ${code}`))
    waiting.clear()
  })
  return worker
}

export const startCrew = async (options: CrewOptions): Promise<Crew> => {
  const { workers: processes, ...shared } = options
  const workers = Array.from({ length: processes }, startWorker)
  const tellAll = (order: Order): Promise<unknown[]> => Promise.all(workers.map((worker) => worker.tell(order)))
  await Promise.all(workers.map((worker, process) => worker.tell({ do: 'begin', options: { ...shared, process, processes } })))
  return {
    sample: async () => (await tellAll({ do: 'sample' })) as Sample[],
    connect: async () => {
      const ids = (await tellAll({ do: 'connect' })) as [number, string][][]
      return new Map(ids.flat().sort(([a], [b]) => a - b))
    },
    createRooms: async (userIds) => void (await tellAll({ do: 'create-rooms', userIds: [...userIds] })),
    send: async (perSecond, count) => {
      await tellAll({ do: 'send', perSecond: perSecond / processes, count: Math.ceil(count / processes) })
    },
    settle: async (withinMs) => void (await tellAll({ do: 'settle', withinMs })),
    finish: async (readsLists) => (await tellAll({ do: 'finish', readsLists })) as WorkerResult[],
    [Symbol.asyncDispose]: async () => {
      const ended = workers.filter(({ child }) => child.exitCode === null && child.signalCode === null)
      await Promise.all(
        ended.map(({ child }) => {
          const exit = once(child, 'exit')
          child.kill('SIGKILL')
          return exit
        }),
      )
    },
  }
}
