import { join } from 'node:path'
import { startTaskProcess } from '../../support/task-process/task-process.ts'
import type { CrewTask, Sample, WorkerOptions, WorkerResult } from './crew-messages.ts'

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

const entry = join(import.meta.dirname, 'crew-worker.ts')

export const startCrew = async (options: CrewOptions): Promise<Crew> => {
  const { workers: processes, ...shared } = options
  const workers = Array.from({ length: processes }, () => startTaskProcess<CrewTask>(entry))
  const executeAll = <Result>(task: CrewTask): Promise<Result[]> =>
    Promise.all(workers.map((worker) => worker.execute<Result>(task)))
  const begin = (process: number): CrewTask => ({ do: 'begin', options: { ...shared, process, processes } })
  await Promise.all(workers.map((worker, process) => worker.execute(begin(process))))
  return {
    sample: () => executeAll({ do: 'sample' }),
    connect: async () => {
      const ids = await executeAll<ReadonlyMap<number, string>>({ do: 'connect' })
      return new Map(ids.flatMap((some) => [...some]).sort(([a], [b]) => a - b))
    },
    createRooms: async (userIds) => void (await executeAll({ do: 'create-rooms', userIds })),
    send: async (perSecond, count) => {
      await executeAll({ do: 'send', perSecond: perSecond / processes, count: Math.ceil(count / processes) })
    },
    settle: async (withinMs) => void (await executeAll({ do: 'settle', withinMs })),
    finish: (readsLists) => executeAll<WorkerResult>({ do: 'finish', readsLists }),
    [Symbol.asyncDispose]: async () => void (await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()))),
  }
}
