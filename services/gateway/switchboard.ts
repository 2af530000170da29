import type { Clock } from '../../shared/ports/clock.ts'
import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { EventStore } from '../../shared/ports/event-store.ts'
import { StoreError } from '../../shared/ports/event-store.ts'
import type { FanOut } from '../../shared/ports/fan-out.ts'
import { readOutcomeLines, topics } from '../../shared/ports/publications.ts'
import type { ReadModel } from '../../shared/ports/read-model.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import type { ProtocolLimits } from '../../shared/protocol/limits.ts'
import type { Bounds } from '../../shared/runtime/bounds.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import type { Times } from '../../shared/runtime/times.ts'
import type { Admission } from './admission.ts'
import { createAnswerBudget } from './answer-budget.ts'
import { createBinding } from './binding.ts'
import type { MakeCall } from './calls.ts'
import { createCalls } from './calls.ts'
import { createCommandWatch } from './command-watch.ts'
import { createDeliveryWatch } from './delivery-watch.ts'
import { createFeeds } from './feeds.ts'
import { createFlusher } from './flusher.ts'
import { createFrameReader } from './frame-reader.ts'
import type { GatewayLog } from './gateway-log.ts'
import { createHeadSweep } from './head-sweep.ts'
import { createHub } from './hub.ts'
import { createIntake } from './intake.ts'
import { createFrameJoiner } from './join-frames.ts'
import { createLookups } from './lookups.ts'
import type { PendingEntry, Settlement } from './pending.ts'
import { createPending } from './pending.ts'
import { createProduce } from './produce.ts'
import { createQueries } from './queries.ts'
import { createResume } from './resume.ts'
import type { Session, SessionPorts } from './session.ts'
import { createSession } from './session.ts'
import type { Wire } from './wire.ts'

export interface SwitchboardPorts {
  readonly commandLog: CommandLog
  readonly eventStore: EventStore
  readonly readModel: ReadModel
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly metrics: Metrics
  readonly log: GatewayLog
  readonly times: Times
  readonly bounds: Bounds
  readonly limits: ProtocolLimits
  /** This gateway's reply address; unique among all gateways, ever. */
  readonly gateway: string
  readonly newId: () => string
  readonly random: () => number
}

/**
 * Everything of a gateway but its sockets: sessions, rooms, pending commands
 * and the sweep, wired together. Knows no technology and no server, so that
 * the same code runs under a simulated clock and network.
 */
export interface Switchboard {
  /** Listens for outcomes and starts to sweep. */
  start(): Promise<void>
  open(wire: Wire, admission: Admission): Session
  readonly call: MakeCall
  sessions(): Iterable<Session>
  /** Commands without an outcome. */
  readonly pendingCommands: number
  /** Rooms that are listened to. */
  readonly heldRooms: number
  /** Frames handed to sockets, since the start. */
  readonly framesWritten: number
  /** Idempotent. Closes what is left of the sessions. */
  stop(): void
}

export const createSwitchboard = (ports: SwitchboardPorts): Switchboard => {
  const { commandLog, eventStore, readModel, fanOut, clock, metrics, log, times, bounds, limits, gateway } = ports
  const sessions = new Set<Session>()
  const retryMs = times.sweepLeastMs

  const lookups = createLookups(eventStore, readModel, bounds)
  const delivery = createDeliveryWatch(clock, metrics)
  const flusher = createFlusher(clock, times, (seconds) => {
    metrics.broadcastSeconds.observe(seconds)
    delivery.flushed()
  })
  const hub = createHub({ fanOut, clock, metrics, releaseMs: times.topicReleaseMs })

  const lookUpAtDeadline = async (entry: PendingEntry): Promise<void> => {
    let found: Settlement | undefined
    try {
      found = await entry.lookUp()
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
    }
    if (found !== undefined) pending.settle(entry, found)
    pending.conclude(entry, found ?? { kind: 'timeout' })
  }
  const pending = createPending(clock, times.commandDeadlineMs, (entry) => void lookUpAtDeadline(entry))

  const feeds = createFeeds({
    fanOut,
    lookups,
    clock,
    metrics,
    pending,
    retryMs,
    maxHeld: bounds.heldFrames,
    delivery,
    releaseMs: times.topicReleaseMs,
    sessionsOf: hub.sessionsOf,
  })
  const intake = createIntake({
    gateway,
    produce: createProduce(commandLog, clock, bounds, {
      retryMs,
      gatherMostMs: times.gatherMostMs,
      onStage: (stage, ageSeconds) => metrics.deliverySeconds.observe(ageSeconds, stage),
    }),
    pending,
    feeds,
    lookups,
    watch: createCommandWatch(clock, metrics, log),
    clock,
    bounds,
    newId: ports.newId,
  })
  const resume = createResume(metrics)
  const binding = createBinding({ lookups, intake, hub, resume })
  const budget = createAnswerBudget(bounds)
  const queries = createQueries(readModel, budget)
  const read = createFrameReader(limits)
  const sweep = createHeadSweep({ fanOut, readModel, feeds, hub, pending, clock, times, random: ports.random })

  const hearOutcomes = (payload: Buffer): void => {
    const { lines, malformed } = readOutcomeLines(payload)
    if (malformed > 0) metrics.publicationsDropped.inc({ reason: 'malformed' }, malformed)
    for (const { room, command, digest, seq, body, error } of lines) {
      // The feed offers the event when it passes, so that the session that creates a room is not answered before its frame.
      if (seq !== undefined && feeds.lookAt(room, seq)) continue
      const settlement: Settlement =
        error === undefined
          ? { kind: 'done', body: body ?? '{}', ...(seq === undefined ? {} : { seq }) }
          : {
              kind: 'refused',
              code: error.code as 'internal',
              message: error.message,
              ...(error.details === undefined ? {} : { details: error.details }),
            }
      pending.settle({ room, commandId: command, digest }, settlement)
    }
  }
  const outcomes = fanOut.subscribe(topics.gateway(gateway), hearOutcomes)

  let framesWritten = 0
  const sessionPorts: SessionPorts = {
    read,
    binding,
    intake,
    queries,
    resume,
    hub,
    lookups,
    clock,
    bounds,
    metrics,
    log: ports.log,
    outboxes: {
      flusher,
      join: createFrameJoiner(),
      limitBytes: bounds.sendQueueBytes,
      onWritten: (frames, unsentBytes) => {
        framesWritten += frames
        if (unsentBytes > 0) metrics.sendQueueBytes.observe(unsentBytes)
      },
    },
    sessionRooms: {
      feeds,
      pending,
      followers: { page: lookups.page, clock, retryMs },
      pagesAtOnce: bounds.pagesPerSession,
      onFull: () => metrics.slowConsumers.inc(),
    },
    onRelief: budget.drained,
    onEnded: (session) => sessions.delete(session),
  }

  const open = (wire: Wire, admission: Admission): Session => {
    const session = createSession(wire, admission, sessionPorts)
    sessions.add(session)
    return session
  }

  return {
    start: async () => {
      await outcomes.ready
      sweep.start()
    },
    open,
    call: createCalls({ binding, intake, queries, metrics, log }),
    sessions: () => sessions,
    get pendingCommands() {
      return pending.size
    },
    get heldRooms() {
      return feeds.size
    },
    get framesWritten() {
      return framesWritten
    },
    stop: () => {
      sweep.stop()
      pending.stop()
      for (const session of [...sessions]) session.close(closeCodes.restart)
      feeds.close()
      hub.close()
      outcomes.close()
    },
  }
}
