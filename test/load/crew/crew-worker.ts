/** One process of a load: executes the tasks of its crew. */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { readList } from '../../support/checker/read-list.ts'
import type { Load } from '../../support/load/load.ts'
import { createLoad, externalIdOf } from '../../support/load/load.ts'
import type { Pace } from '../../support/load/pace.ts'
import { executeTasks } from '../../support/task-process/execute-tasks.ts'
import type { CrewTask, Sample, WorkerOptions, WorkerResult } from './crew-messages.ts'
import { loopUtilization } from './loop-utilization.ts'

let load: Load | undefined
let options: WorkerOptions | undefined
let pace: Pace | undefined
const busySince = loopUtilization()

const begun = (): Load => {
  if (load === undefined) throw new Error('received a task before its options')
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
    stored: latencies.stored.takeInterval(),
    received: latencies.received.takeInterval(),
  }
}

const send = async (perSecond: number, count: number): Promise<void> => {
  pace = begun().sendMessages(perSecond, count)
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

const finish = async (readsLists: boolean): Promise<WorkerResult> => {
  const { counts, latencies } = begun().context
  const { folder = '', process: place = 0 } = options ?? {}
  const framesFile = join(folder, `${place}.frames`)
  const historyFile = join(folder, `${place}.history`)
  await writeLines(framesFile, frameLines(readsLists))
  await writeLines(historyFile, historyParts())
  begun().stop()
  return {
    framesFile,
    historyFile,
    counts,
    connect: latencies.connect.encode(),
    stored: latencies.stored.encode(),
    received: latencies.received.encode(),
  }
}

executeTasks<CrewTask>((task) => {
  switch (task.do) {
    case 'begin':
      return begin(task.options)
    case 'connect':
      return begun().connect()
    case 'sample':
      return sample()
    case 'create-rooms':
      return begun().createRooms(task.userIds)
    case 'send':
      return send(task.perSecond, task.count)
    case 'settle':
      pace?.stop()
      return begun().settled(task.withinMs)
    case 'finish':
      return finish(task.readsLists)
  }
})
// Ctrl-C reaches all processes of the group; only the crew handles it.
process.on('SIGINT', () => {})
