import { openDatabase } from '../../../infra/postgres/database.ts'
import { createWriter } from '../../../services/writer/writer.ts'
import type { BatchHandler, LogRecord } from '../../../shared/ports/command-log.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { writeCommand } from '../../../shared/records/command-record.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'

const nothing = (): void => undefined
export const silentLog = { debug: nothing, info: nothing, warn: nothing, error: nothing }
const metrics = {
  onBatch: nothing,
  onRecord: nothing,
  onClampedTimes: nothing,
  onDeadLetter: nothing,
  onStored: nothing,
  onStage: nothing,
  onRetry: nothing,
  onFanOutFailure: nothing,
}
const fanOut = {
  publish: async () => undefined,
  subscribe: () => ({ ready: Promise.resolve(), close: nothing }),
  listeners: async (channels: readonly string[]) => channels.map(() => 0),
  state: 'up' as const,
  onRestored: () => nothing,
  close: async () => undefined,
}

export interface WriterAlone {
  /** Passes a batch of this partition to the writer; resolves when it is stored. */
  store(commands: readonly Command[], partition?: number): Promise<void>
  close(): Promise<void>
}

/** A writer on this database, without log, fan-out and event stream. */
export const openWriterAlone = async (url: string): Promise<WriterAlone> => {
  const settings = { applicationName: 'show-append', times: defaultTimes, bounds: defaultBounds, log: silentLog }
  const database = await openDatabase({ url, ...settings })
  let handler: BatchHandler | undefined
  const writer = createWriter({
    commandLog: {
      publish: async () => undefined,
      consume: async (handle) => {
        handler = handle
        return {
          stop: async () => undefined,
          rewind: async () => undefined,
          failed: new Promise<never>(nothing),
          lag: 0,
        }
      },
      deadLetter: (_, reason) => Promise.reject(new Error(reason)),
      close: async () => undefined,
    },
    eventStore: database.eventStore,
    eventStream: undefined,
    fanOut,
    clock: systemClock,
    log: silentLog,
    metrics,
    times: defaultTimes,
    bounds: defaultBounds,
    limits: defaultLimits,
  })
  await writer.start()
  let offset = 0
  const deliver = async (records: readonly LogRecord[], partition: number): Promise<void> => {
    const { signal } = new AbortController()
    const batch = await handler?.({ partition, records, heartbeat: async () => undefined, signal })
    await batch?.done
    const rest = records.slice(batch?.handled ?? records.length)
    if (rest.length > 0) await deliver(rest, partition)
  }
  const store = async (commands: readonly Command[], partition = 0): Promise<void> => {
    const records = commands.map((command) => {
      offset += 1
      return { key: command.stream, value: writeCommand(command), headers: {}, partition, offset: String(offset) }
    })
    await deliver(records, partition)
  }
  return { store, close: () => writer.stop().then(database.close) }
}
