import type { Workload } from '../scenario/workload.ts'
import type { Worker } from './worker.ts'
import type { Order, Sample, WorkerOptions, WorkerResult } from './worker-messages.ts'

/** A load on several processes, each with its share of the users. */
export interface WorkerPool extends AsyncDisposable {
  /** A sample of each process since the previous call. */
  sample(): Promise<readonly Sample[]>
  connect(): Promise<ReadonlyMap<number, string>>
  createRooms(userIds: ReadonlyMap<number, string>): Promise<void>
  /** Resolves when the workload has ended, or was stopped. */
  send(workload: Workload): Promise<void>
  /** Stops the workload, and waits for the outcome of every command. */
  settle(withinMs: number): Promise<void>
  finish(readsLists: boolean): Promise<readonly WorkerResult[]>
}

export const startPool = async (
  workers: readonly Worker[],
  options: Omit<WorkerOptions, 'process' | 'processes'>,
): Promise<WorkerPool> => {
  const all = (order: Order): Promise<unknown[]> => Promise.all(workers.map((worker) => worker.execute(order)))
  const parts = workers.map((_, process) => ({ ...options, process, processes: workers.length }))
  await Promise.all(workers.map((worker, process) => worker.execute({ do: 'begin', options: parts[process] as WorkerOptions })))
  return {
    sample: async () => (await all({ do: 'sample' })) as Sample[],
    connect: async () => {
      const ids = (await all({ do: 'connect' })) as [number, string][][]
      return new Map(ids.flat().sort(([a], [b]) => a - b))
    },
    createRooms: async (userIds) => void (await all({ do: 'create-rooms', userIds: [...userIds] })),
    send: async (workload) => void (await all({ do: 'send', workload })),
    settle: async (withinMs) => void (await all({ do: 'settle', withinMs })),
    finish: async (readsLists) => (await all({ do: 'finish', readsLists })) as WorkerResult[],
    [Symbol.asyncDispose]: async () => void (await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()))),
  }
}
