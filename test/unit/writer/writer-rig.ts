import type { DecisionLimits } from '../../../services/writer/batch-state.ts'
import type { WriterMetrics } from '../../../services/writer/metrics.ts'
import { createWriter } from '../../../services/writer/writer.ts'
import type { BatchHandler, CommandLog, HandledBatch, LogRecord } from '../../../shared/ports/command-log.ts'
import type { EventStore } from '../../../shared/ports/event-store.ts'
import type { StreamRecord } from '../../../shared/ports/event-stream.ts'
import type { Publication } from '../../../shared/ports/fan-out.ts'
import type { ErrorBody } from '../../../shared/protocol/errors.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { writeCommand } from '../../../shared/records/command-record.ts'
import type { RoomPublication } from '../../../shared/records/publications.ts'
import { readOutcomeLines, readRoomPublication } from '../../../shared/records/publications.ts'
import { recordHeaders } from '../../../shared/records/record-headers.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import type { MemoryStore } from '../memory-store/memory-store.ts'
import { memoryStore } from '../memory-store/memory-store.ts'
import { failing, instantClock, noFaults, recordingEventStream, recordingFanOut } from './fake-ports.ts'

let offset = 0

export interface Sent {
  readonly gateway?: string
  readonly isDirect?: boolean
}

export const recordOf = (command: Command, { gateway = 'g1', isDirect = false }: Sent = {}): LogRecord => {
  offset += 1
  const { command: id, digest, reply, direct } = recordHeaders
  return {
    key: command.stream,
    value: writeCommand(command),
    headers: { [id]: command.id, [digest]: command.digest, [reply]: gateway, ...(isDirect ? { [direct]: '1' } : {}) },
    partition: 3,
    offset: String(offset),
  }
}

/** An outcome with the names of its command. */
interface FlatOutcome {
  readonly room: string
  readonly command: string
  readonly digest: string
  readonly body?: string
  readonly seq?: number
  readonly error?: ErrorBody
}

export interface RigOptions {
  readonly memory?: MemoryStore
  readonly store?: (store: EventStore) => EventStore
  readonly bounds?: Partial<Bounds>
  readonly limits?: Partial<DecisionLimits>
  /** Consuming begins or fails when the test calls `beginConsuming` or `refuseConsuming`. */
  readonly isLate?: boolean
  /** The duration of a publish to the fan-out. */
  readonly fanOutMs?: number
}

/** A writer on the memory store, with every other port controlled by the test. */
export const writerRig = async ({
  memory = memoryStore(),
  store = (same) => same,
  bounds = {},
  limits = {},
  isLate = false,
  fanOutMs = 0,
}: RigOptions = {}) => {
  const faults = { store: noFaults(), stream: noFaults(), deadLetter: noFaults(), fanOut: noFaults() }
  const published: Publication[] = []
  const streamed: StreamRecord[] = []
  const deadLettered: { readonly record: LogRecord; readonly reason: string }[] = []
  const waits: number[] = []
  const counted: string[] = []
  const logged: string[] = []
  const steps: string[] = []
  const ages: number[] = []
  const clock = instantClock(waits)
  const consuming = Promise.withResolvers<never>()
  let handler: BatchHandler | undefined
  const begun = Promise.withResolvers<void>()
  if (!isLate) begun.resolve()
  let stops = 0
  let heartbeats = 0
  let rewinds = 0

  const commandLog: CommandLog = {
    publish: async () => {},
    consume: async (handle) => {
      handler = handle
      await begun.promise
      return {
        failed: consuming.promise,
        lag: 7,
        rewind: async () => {
          rewinds += 1
        },
        stop: async () => {
          stops += 1
        },
      }
    },
    deadLetter: async (record, reason) => {
      failing(faults.deadLetter)
      deadLettered.push({ record, reason })
      steps.push('dead-lettered')
    },
    close: async () => {},
  }
  const fanOut = recordingFanOut(async (items) => {
    if (fanOutMs > 0) await pause(clock, fanOutMs)
    failing(faults.fanOut)
    published.push(...items)
    steps.push('published')
  })
  const eventStream = recordingEventStream((records) => {
    failing(faults.stream)
    streamed.push(...records)
  })
  const wrapped = store(memory.store)
  const calls: string[] = []
  const eventStore: EventStore = {
    ...wrapped,
    openAppender: async () => {
      calls.push('open')
      const appender = await wrapped.openAppender()
      return {
        ...appender,
        read: (wanted) => {
          calls.push('read')
          return appender.read(wanted)
        },
        append: async (batch) => {
          calls.push('append')
          failing(faults.store)
          const result = await appender.append(batch)
          if (result === 'appended') steps.push('stored')
          return result
        },
      }
    },
  }
  const metrics: WriterMetrics = {
    onBatch: ({ records }) => counted.push(`batch of ${records}`),
    onRecord: (result) => counted.push(result),
    onStored: (seconds) => ages.push(seconds),
    onStage: () => {},
    onClampedTimes: (commands) => counted.push(`clamped times: ${commands}`),
    onDeadLetter: () => counted.push('dead letter'),
    onRetry: (cause) => counted.push(`retry: ${cause}`),
    onFanOutFailure: () => counted.push('fan-out failure'),
  }
  const note = (fields: object, text: string) => logged.push(`${text} ${JSON.stringify(fields)}`)
  const writer = createWriter({
    commandLog,
    eventStore,
    eventStream,
    fanOut,
    clock,
    log: { info: note, warn: note, error: note },
    metrics,
    times: { ...defaultTimes, eventStreamLingerMs: 0 },
    bounds: { ...defaultBounds, ...bounds },
    limits: { ...defaultLimits, ...limits },
  })
  const started = writer.start()
  if (!isLate) await started

  /** Delivers a batch; resolves when the next one may be delivered. */
  const handle = (
    records: readonly LogRecord[],
    lease: { readonly signal?: AbortSignal; readonly heartbeat?: () => Promise<void> } = {},
  ): Promise<HandledBatch> => {
    const { signal = new AbortController().signal, heartbeat = async () => {} } = lease
    if (handler === undefined) throw new Error('consuming has not begun')
    return handler({
      partition: 3,
      records,
      signal,
      heartbeat: async () => {
        heartbeats += 1
        await heartbeat()
      },
    })
  }

  /** Delivers a batch and then the part that was not handled; resolves when all records may be acknowledged. */
  const deliver = async (...[records, lease]: Parameters<typeof handle>): Promise<void> => {
    const { done, handled = records.length } = await handle(records, lease)
    await done
    if (handled < records.length) await deliver(records.slice(handled), lease)
  }

  return {
    writer,
    memory,
    handle,
    deliver,
    send: (...commands: readonly Command[]) => deliver(commands.map((command) => recordOf(command))),
    beginConsuming: () => begun.resolve(),
    refuseConsuming: (error: Error) => begun.reject(error),
    /** Resolves to `started`, or to `waiting` if the start is still pending. */
    hasStarted: () =>
      Promise.race([
        started.then(() => 'started' as const),
        new Promise<'waiting'>((resolve) => setImmediate(resolve, 'waiting')),
      ]),
    endConsuming: (error: Error) => consuming.reject(error),
    faults,
    published,
    streamed,
    deadLettered,
    waits,
    counted,
    logged,
    steps,
    /** The ages of stored events: seconds from the command's time to the commit. */
    ages,
    stops: () => stops,
    /** The number of rewinds. */
    rewinds: () => rewinds,
    /** The calls to the store, in order: `open`, `read`, `append`. */
    calls,
    heartbeats: () => heartbeats,
    /** The publications to rooms, in order. */
    roomPublications: (): readonly RoomPublication[] =>
      published
        .filter(({ channel }) => channel.startsWith('room:'))
        .map(({ payload }) => readRoomPublication(Buffer.from(payload)) ?? { room: 'malformed', events: [] }),
    /** The outcomes for a gateway, in order. */
    outcomeLines: (gateway = 'g1'): readonly FlatOutcome[] =>
      published
        .filter(({ channel }) => channel === `gateway:${gateway}`)
        .flatMap(({ payload }) => readOutcomeLines(Buffer.from(payload)).outcomes)
        .map(({ outcome, ...names }) => ({ ...names, ...outcome })),
    /** Clears the recorded publications and calls. */
    clear: () => {
      published.length = 0
      streamed.length = 0
      counted.length = 0
      calls.length = 0
      steps.length = 0
    },
  }
}

export type WriterRig = Awaited<ReturnType<typeof writerRig>>

/** The texts of all stored messages, in commit order. */
export const messagesOf = (rig: WriterRig): readonly string[] =>
  rig.memory
    .events()
    .filter(({ type }) => type === 'MessagePosted')
    .map(({ data }) => JSON.parse(data).msg)
