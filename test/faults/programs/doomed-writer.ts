/**
 * A writer that kills itself (or freezes, with `DIE_BY`) at the point `DIE_AT` of the
 * batch with the message "die", after a pause of `DIE_AFTER_MS` there; without one of
 * its defences if `WRITER_MUTANT` names one.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { openWriterAdapters } from '../../../infra/distributed/open-writer-adapters.ts'
import { startWriter } from '../../../services/writer/start-writer.ts'
import type { Append, Appender, AppendResult, EventStore } from '../../../shared/ports/event-store.ts'
import type { EventStream } from '../../../shared/ports/event-stream.ts'
import { readDistributedConfig } from '../../../shared/runtime/config/config.ts'
import { openProcess } from '../../../shared/runtime/process/service-process.ts'
import { namedBy } from './named-by.ts'
import { writerMutants } from './writer-mutants.ts'

const point = process.env.DIE_AT ?? ''
const signal = process.env.DIE_BY ?? 'SIGKILL'
const afterMs = Number(process.env.DIE_AFTER_MS ?? 0)
const mutant = namedBy(writerMutants, process.env.WRITER_MUTANT ?? 'nothing')

const die = (at: string): void => {
  if (at === point) process.kill(process.pid, signal)
}

/** True from the batch with the message "die" on. */
let isDoomed = false

const doomedStore = (store: EventStore): EventStore => ({
  ...store,
  openAppender: async () => {
    const appender = await store.openAppender()
    return { ...appender, append: (batch) => doomedAppend(appender, batch) }
  },
})

const doomedAppend = async (appender: Appender, batch: Append): Promise<AppendResult> => {
  isDoomed ||= batch.events.some(({ data }) => data.includes('"msg":"die"'))
  if (isDoomed) die('before-commit')
  const result = await appender.append(batch)
  if (isDoomed && afterMs > 0) await sleep(afterMs)
  if (isDoomed) die('before-publish')
  return result
}

/** The records of the event stream are the last effect before the acknowledgement. */
const doomedStream = (stream: EventStream): EventStream => ({
  ...stream,
  publish: async (records) => {
    await stream.publish(records)
    // The publications to gateways run concurrently and must leave this process too.
    if (isDoomed) setTimeout(die, 20, 'before-acknowledge')
    if (isDoomed) await new Promise(() => {})
  },
})

const config = readDistributedConfig()
const service = await openProcess(config, 'writer')
const ports = await openWriterAdapters(config, service)
const doomed = mutant({
  ...ports,
  eventStore: doomedStore(ports.eventStore),
  eventStream: doomedStream(ports.eventStream),
})
const writer = await startWriter(config, doomed, service)
service.report(() => ({ state: 'ready', details: { ...writer.readiness() } }))
