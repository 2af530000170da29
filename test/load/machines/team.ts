import { randomBytes } from 'node:crypto'
import { hostname, networkInterfaces } from 'node:os'
import type { Machine } from '../report/load-report.ts'
import type { LoadTestOptions } from '../tester/options.ts'
import { programName } from '../tester/program-name.ts'
import { counted } from '../tester/units.ts'
import { startLocalWorker } from '../workers/local-worker.ts'
import type { Worker } from '../workers/worker.ts'
import type { WorkerResult } from '../workers/worker-messages.ts'
import type { JoinedAgent } from './coordinator.ts'
import { startCoordinator } from './coordinator.ts'

/** The processes of a run, on this machine and on the machines of the agents. */
export interface Team extends AsyncDisposable {
  readonly workers: readonly Worker[]
  /** The machines with their clocks; undefined if this is the only one. */
  machines(results: readonly WorkerResult[]): readonly Machine[] | undefined
}

export interface TeamWatcher {
  readonly onNotice: (line: string) => void
  readonly stopped: Promise<void>
}

const keyBytes = 16
const keyCharsLeast = 16

/** The key of the run: a random one, or the one of CHAT_LOAD_KEY. */
const keyOfRun = (): string => {
  const { CHAT_LOAD_KEY: key = randomBytes(keyBytes).toString('base64url') } = process.env
  if (key.length < keyCharsLeast) throw new Error(`CHAT_LOAD_KEY: has fewer than ${keyCharsLeast} characters`)
  return key
}

/** An address of this machine that others may reach. */
const ownAddress = (): string =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? hostname()

const localWorkers = (count: number): readonly Worker[] => Array.from({ length: count }, startLocalWorker)

const disposeAll = async (all: readonly AsyncDisposable[]): Promise<void> =>
  void (await Promise.all(all.map((each) => each[Symbol.asyncDispose]())))

/** A key that the person has chosen is not printed. */
const instruction = (key: string, host: string, port: number, isOwner: boolean): string =>
  `CHAT_LOAD_KEY=${process.env.CHAT_LOAD_KEY === undefined ? key : '…'} ${programName} --agent ws://${host}:${port}${isOwner ? ' --i-own-this-target' : ''}`

const machineOf = ({ name, workers }: JoinedAgent, result: WorkerResult | undefined): Machine => ({
  name,
  processes: workers.length,
  clockOffsetMs: result?.clock?.offsetMs ?? 0,
  clockErrorMs: result?.clock?.errorMs ?? 0,
})

/** Machines in the order of their processes, each with the clock of its first one. */
const machinesOf = (agents: readonly JoinedAgent[], local: number, results: readonly WorkerResult[]): readonly Machine[] => {
  let place = local
  const others = agents.map((agent) => {
    const machine = machineOf(agent, results[place])
    place += agent.workers.length
    return machine
  })
  return [{ name: hostname(), processes: local, clockOffsetMs: 0, clockErrorMs: 0 }, ...others]
}

/** Starts the processes of this machine, and waits for the agents if there are any. */
export const startTeam = async (options: LoadTestOptions, folder: string, watcher: TeamWatcher): Promise<Team> => {
  const { workers: local, agents, isOwner } = options
  if (agents === undefined) {
    const workers = localWorkers(local)
    return { workers, machines: () => undefined, [Symbol.asyncDispose]: () => disposeAll(workers) }
  }
  const key = keyOfRun()
  const { count, listenOn } = agents
  const onJoined = ({ name, workers }: JoinedAgent): void =>
    watcher.onNotice(`${name} has joined with ${counted(workers.length, 'process', 'es')}.`)
  const coordinator = await startCoordinator({ listenOn, count, key, folder, onJoined })
  const host = listenOn.host === '0.0.0.0' || listenOn.host === '::' ? ownAddress() : listenOn.host
  watcher.onNotice(
    `Waiting for ${counted(count, 'machine')}. Run on each of them:\n  ${instruction(key, host, coordinator.port, isOwner)}`,
  )
  try {
    const joined = await Promise.race([coordinator.joined, watcher.stopped.then(() => undefined)])
    if (joined === undefined) throw new Error('stopped while it waited for agents')
    const mine = localWorkers(local)
    return {
      workers: [...mine, ...joined.flatMap(({ workers }) => workers)],
      machines: (results) => machinesOf(joined, local, results),
      [Symbol.asyncDispose]: () => disposeAll([...mine, coordinator]),
    }
  } catch (error) {
    await coordinator[Symbol.asyncDispose]()
    throw error
  }
}
