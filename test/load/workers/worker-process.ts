/** One process of a load: executes the orders of its pool. */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { readList } from '../../support/checker/read-list.ts'
import type { Load } from '../../support/load/load.ts'
import { createLoad, externalIdOf } from '../../support/load/load.ts'
import type { Pace } from '../../support/load/pace.ts'
import type { Ephemeral } from '../ephemeral/ephemeral.ts'
import { createEphemeral } from '../ephemeral/ephemeral.ts'
import { mixedSending } from '../mix/mixed-sending.ts'
import type { ScenarioRun } from '../scenario/run-scenario.ts'
import { startScenario } from '../scenario/run-scenario.ts'
import type { Workload } from '../scenario/workload.ts'
import { partOf } from '../scenario/workload.ts'
import { executeTasks } from '../task-process/execute-tasks.ts'
import { loopUtilization } from './loop-utilization.ts'
import type { EphemeralResult, KindResult, Order, Sample, WorkerOptions, WorkerResult } from './worker-messages.ts'

let load: Load | undefined
let options: WorkerOptions | undefined
let pace: Pace | undefined
let scenario: ScenarioRun | undefined
let ephemeral: Ephemeral | undefined
const busySince = loopUtilization()

const begun = (): Load => {
  if (load === undefined) throw new Error('received an order before its options')
  return load
}

const begin = (given: WorkerOptions): void => {
  options = given
  const { identities = [] } = given
  const tokens = new Map(identities.map(({ externalId, token }) => [externalId, token]))
  load = createLoad({
    ...given,
    nameOf: (user) => identities[user]?.externalId ?? externalIdOf(given.tag, user),
    tokenFor: (externalId) => tokens.get(externalId),
  })
}

/** A sample: what has happened since the previous sample. */
const sample = (): Sample => {
  const { counts, latencies } = begun().context
  return {
    counts,
    open: [...begun().devices.values()].filter(({ isBound }) => isBound).length,
    busy: busySince(),
    connect: latencies.connect.takeInterval(),
    stored: latencies.stored.takeInterval(),
    received: latencies.received.takeInterval(),
    ...(scenario === undefined ? {} : { scenario: scenario.sample() }),
  }
}

const send = async (whole: Workload): Promise<void> => {
  const workload = partOf(whole, options?.process ?? 0, options?.processes ?? 1)
  const { ephemeral: kinds = [] } = workload
  if (kinds.length > 0) {
    ephemeral = createEphemeral(begun(), kinds)
    await ephemeral.start()
  }
  if (workload.scenario === undefined) pace = begun().sendByPlan(workload, mixedSending(workload.mix ?? { messages: 100 }))
  else pace = scenario = startScenario(begun(), workload.scenario, workload)
  await pace.done
}

const writeLines = async (file: string, parts: AsyncIterable<string | Uint8Array>): Promise<void> => {
  const stream = createWriteStream(file)
  for await (const part of parts) stream.write(part)
  stream.end()
  await finished(stream)
}

/** Messages of the rooms whose creators are in this process, and other events of all rooms. */
async function* frameLines(readsLists: boolean): AsyncGenerator<string> {
  const { population, devices, context } = begun()
  for (const frame of context.membershipFrames.values()) yield `${frame}\n`
  if (!readsLists) return
  for (const [room, [creator = -1]] of population.members) {
    if (!devices.has(creator)) continue
    for (const frame of await readList(begun(), room, creator)) yield `${frame}\n`
  }
}

async function* historyParts(): AsyncGenerator<Uint8Array> {
  yield* begun().context.history.parts()
}

const kindResults = (): WorkerResult['kinds'] =>
  Object.fromEntries(
    [...begun().context.kinds.all()].map(([kind, { counts, stored, received }]): [string, KindResult] => [
      kind,
      { counts, stored: stored.encode(), received: received.encode() },
    ]),
  )

const ephemeralResults = (): WorkerResult['ephemeral'] =>
  Object.fromEntries(
    Object.entries(ephemeral?.measures ?? {}).map(([kind, { counts, latency }]): [string, EphemeralResult] => [
      kind,
      { counts, latency: latency.encode() },
    ]),
  )

const settle = async (withinMs: number): Promise<void> => {
  pace?.stop()
  await begun().settled(withinMs)
  await ephemeral?.stop()
}

const finish = async (readsLists: boolean): Promise<WorkerResult> => {
  const { counts, latencies } = begun().context
  const { folder = '', process: place = 0 } = options ?? {}
  const framesFile = join(folder, `${place}.frames`)
  const historyFile = join(folder, `${place}.history`)
  await writeLines(framesFile, frameLines(readsLists))
  await writeLines(historyFile, historyParts())
  const markers = readsLists ? ((await ephemeral?.markers()) ?? []) : []
  begun().stop()
  return {
    framesFile,
    historyFile,
    counts,
    connect: latencies.connect.encode(),
    stored: latencies.stored.encode(),
    received: latencies.received.encode(),
    kinds: kindResults(),
    ephemeral: ephemeralResults(),
    markers,
    markerProblems: ephemeral?.problems ?? [],
    ...(scenario === undefined ? {} : { scenario: scenario.result() }),
  }
}

const execute = (order: Order): Promise<unknown> | unknown => {
  switch (order.do) {
    case 'begin':
      return begin(order.options)
    case 'connect':
      return begun()
        .connect()
        .then((ids) => [...ids])
    case 'sample':
      return sample()
    case 'create-rooms':
      return begun().createRooms(new Map(order.userIds))
    case 'send':
      return send(order.workload)
    case 'settle':
      return settle(order.withinMs)
    case 'finish':
      return finish(order.readsLists)
  }
}

executeTasks(execute)
// Ctrl-C reaches all processes of the group; only the pool handles it.
process.on('SIGINT', () => {})
