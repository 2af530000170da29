import type { Admission } from '../../../services/gateway/admission/admission.ts'
import type { GatewayFiles } from '../../../services/gateway/files/gateway-files.ts'
import { createGatewayCore } from '../../../services/gateway/gateway-core.ts'
import { ServiceRateLimiter } from '../../../services/gateway/limits/service-rate-limiter.ts'
import { createWriter } from '../../../services/writer/writer.ts'
import type { BatchHandler, CommandLog, LogRecord, NewRecord } from '../../../shared/ports/command-log.ts'
import { PublishError } from '../../../shared/ports/command-log.ts'
import type { EventStore } from '../../../shared/ports/event-store.ts'
import type { FanOut, FanOutState } from '../../../shared/ports/fan-out.ts'
import type { MemberStates } from '../../../shared/ports/member-state.ts'
import type { ReadModel } from '../../../shared/ports/read-model.ts'
import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import type { Rates } from '../../../shared/runtime/config/rates.ts'
import { defaultRates } from '../../../shared/runtime/config/rates.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { createMetrics } from '../../../shared/runtime/observability/metrics.ts'
import { openAdmission } from '../../support/open-admission.ts'
import { seededRandom } from '../../support/simulation/random.ts'
import type { MemoryStore } from '../memory-store/memory-store.ts'
import { memoryStore } from '../memory-store/memory-store.ts'
import type { VirtualClock } from '../simulation/virtual-clock.ts'
import { virtualClock } from '../simulation/virtual-clock.ts'
import type { Received, SimulatedSocket } from '../simulation/world/simulated-socket.ts'
import { simulatedSocket } from '../simulation/world/simulated-socket.ts'

type Ports = { readonly eventStore: EventStore; readonly readModel: ReadModel; readonly memberStates?: MemberStates }

export interface RigClient {
  readonly socket: SimulatedSocket
  readonly frames: readonly Received[]
  /** The received frames from this index on, in short: event, seq, id and error code. */
  seen(from?: number): string[]
  send(request: object): void
  close(): void
}

/** A gateway. The test decides when its commands are written and when publications arrive. */
export interface GatewayRig {
  readonly clock: VirtualClock
  readonly gatewayCore: ReturnType<typeof createGatewayCore>
  /** Records on the command log that no writer has handled yet. */
  readonly log: readonly NewRecord[]
  /** While set, the publications of the writer are lost. */
  losesPublications: boolean
  /** The command log refuses longer records. */
  maxRecordChars: number
  /** The next publish fails with this error, after a delay. */
  publishError: PublishError | undefined
  state: FanOutState
  /** Logged errors. */
  readonly logged: readonly { readonly fields: object; readonly text: string }[]
  /** Errors that listeners of the fan-out threw. */
  readonly listenerErrors: unknown[]
  /** Reports a reconnect of the fan-out. */
  restored(): void
  /** Opens a socket, by default that of a service. */
  client(admission?: Partial<Admission>): RigClient
  /** Opens a socket and binds it to this user. */
  bound(externalUserId: string, admission?: Partial<Admission>): Promise<{ readonly client: RigClient; readonly id: string }>
  /** Has a writer handle the records on the log, and delivers its publications. */
  write(): Promise<void>
  publish(channel: string, payload: string): Promise<void>
  /** The sum of a metric over its label sets. */
  counted(name: string): Promise<number>
  settle(): Promise<void>
}

const nothing = (): void => undefined
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }
const noMetrics = {
  onBatch: nothing,
  onRecord: nothing,
  onClampedTimes: () => undefined,
  onDeadLetter: nothing,
  onStored: nothing,
  onStage: nothing,
  onRetry: nothing,
  onFanOutFailure: nothing,
}

const inShort = ({ event, id, seq, error }: Received): string =>
  [event, seq === undefined ? '' : `#${seq}`, id === undefined ? '' : `(${id})`, error?.code ?? ''].filter(Boolean).join(' ')

export const gatewayRig = async (
  options: {
    readonly bounds?: Partial<Bounds>
    readonly times?: Partial<Times>
    readonly rates?: Partial<Rates>
    readonly limits?: Partial<ProtocolLimits>
    readonly ports?: (ports: Ports) => Ports
    /** Without them, messages have no files. */
    readonly files?: GatewayFiles
    /** The store; an empty one by default. */
    readonly memory?: MemoryStore
    /** Called with each publication of the writer, also with lost ones. */
    readonly onPublish?: (item: { readonly channel: string; readonly payload: string }) => void
  } = {},
): Promise<GatewayRig> => {
  const { ports = (those) => those } = options
  const random = seededRandom(1)
  const clock = virtualClock(random)
  const metrics = createMetrics()
  const bounds = { ...defaultBounds, ...options.bounds }
  const times = { ...defaultTimes, ...options.times }
  const rates = { ...defaultRates, ...options.rates }
  const { memory = memoryStore() } = options
  const listeners = new Map<string, Set<(payload: Buffer) => void>>()
  const onRestored = new Set<() => void>()
  const logged: { readonly fields: object; readonly text: string }[] = []
  let ids = 0
  let log: NewRecord[] = []
  let handler: BatchHandler | undefined
  let offset = 0

  const tell = (channel: string, payload: string): void => {
    for (const hear of listeners.get(channel) ?? []) {
      try {
        hear(Buffer.from(payload))
      } catch (error) {
        rig.listenerErrors.push(error)
      }
    }
  }
  const fanOut: FanOut = {
    get state() {
      return rig.state
    },
    publish: async (items) => {
      for (const item of items) options.onPublish?.(item)
      if (rig.losesPublications) return
      for (const { channel, payload } of items) tell(channel, payload)
    },
    subscribe: (channel, listener) => {
      const those = listeners.get(channel) ?? new Set()
      listeners.set(channel, those.add(listener))
      return { ready: Promise.resolve(), close: () => those.delete(listener) }
    },
    listeners: async (channels) => {
      if (rig.state === 'down') throw new Error('the fan-out is down')
      return channels.map((channel) => ((listeners.get(channel)?.size ?? 0) > 0 ? 1 : 0))
    },
    onRestored: (listener) => {
      onRestored.add(listener)
      return () => onRestored.delete(listener)
    },
    close: async () => undefined,
  }
  const commandLog: CommandLog = {
    publish: async (records) => {
      const error = rig.publishError
      if (error !== undefined) {
        rig.publishError = undefined
        await clock.sleep(1)
        throw error
      }
      const tooLarge = new Set(records.filter(({ value }) => value.length > rig.maxRecordChars))
      log.push(...records.filter((each) => !tooLarge.has(each)))
      if (tooLarge.size > 0) throw new PublishError('too_large', 'scripted', { tooLarge })
    },
    consume: async (handle) => {
      handler = handle
      return { stop: async () => undefined, rewind: async () => undefined, failed: new Promise<never>(() => undefined), lag: 0 }
    },
    deadLetter: async () => undefined,
    close: async () => undefined,
  }
  const shared = { commandLog, fanOut, clock, times, bounds, limits: { ...defaultLimits, ...options.limits }, rates }
  const gatewayCore = createGatewayCore({
    ...shared,
    memberStates: memory.memberStates,
    files: options.files,
    ...ports({ eventStore: memory.store, readModel: memory.readModel }),
    metrics,
    log: { debug: () => {}, error: (fields, text) => logged.push({ fields, text }) },
    gateway: 'g',
    newId: () => {
      ids += 1
      return `00000000-0000-7000-8000-${ids.toString(16).padStart(12, '0')}`
    },
    random: () => 0.5,
  })
  const writer = createWriter({ ...shared, eventStore: memory.store, eventStream: undefined, log: silent, metrics: noMetrics })
  const settle = (): Promise<void> => clock.run(5)

  const client = (admission: Partial<Admission> = {}): RigClient => {
    const socket = simulatedSocket(
      clock,
      random,
      { drained: () => session.drained(), closed: () => session.ended(), frame: nothing },
      1,
    )
    const session = gatewayCore.open(socket.wire, {
      ...openAdmission,
      rateLimiter: new ServiceRateLimiter(rates, clock),
      ...admission,
    })
    return {
      socket,
      frames: socket.frames,
      seen: (from = 0) => socket.frames.slice(from).map(inShort),
      send: (request) => session.receive(JSON.stringify(request)),
      close: () => socket.wire.close(1000, ''),
    }
  }

  const rig: GatewayRig = {
    clock,
    gatewayCore,
    get log() {
      return log
    },
    losesPublications: false,
    maxRecordChars: Number.POSITIVE_INFINITY,
    publishError: undefined,
    state: 'up',
    logged,
    listenerErrors: [],
    restored: () => {
      for (const listener of onRestored) listener()
    },
    client,
    bound: async (externalUserId, admission) => {
      const one = client(admission)
      one.send({ event: 'create-user', body: { user: { externalUserId } } })
      await settle()
      if (log.length > 0) await rig.write()
      const body = one.frames.at(-1)?.body as { user: { id: string } } | undefined
      if (body === undefined) throw new Error(`${externalUserId} was not bound`)
      return { client: one, id: body.user.id }
    },
    write: async () => {
      const records: LogRecord[] = log.map((record) => {
        offset += 1
        return { ...record, partition: 0, offset: String(offset) }
      })
      log = []
      const { signal } = new AbortController()
      const handled =
        records.length > 0 ? handler?.({ partition: 0, records, heartbeat: async () => undefined, signal }) : undefined
      await settle()
      await (await handled)?.done
    },
    publish: async (channel, payload) => {
      tell(channel, payload)
      await settle()
    },
    counted: async (name) => {
      const metric = await metrics.registry.getSingleMetric(name)?.get()
      return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0
    },
    settle,
  }
  await Promise.all([gatewayCore.start(), writer.start()])
  return rig
}
