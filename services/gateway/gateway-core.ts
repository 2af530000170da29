import type { Clock } from '../../shared/ports/clock.ts'
import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { EventStore } from '../../shared/ports/event-store.ts'
import { StoreError } from '../../shared/ports/event-store.ts'
import type { FanOut } from '../../shared/ports/fan-out.ts'
import type { ReadModel } from '../../shared/ports/read-model.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import type { ProtocolLimits } from '../../shared/protocol/limits.ts'
import { channels, readOutcomeLines } from '../../shared/records/publications.ts'
import type { Bounds } from '../../shared/runtime/config/bounds.ts'
import type { Times } from '../../shared/runtime/config/times.ts'
import type { Metrics } from '../../shared/runtime/observability/metrics.ts'
import type { Admission } from './admission/admission.ts'
import type { GatewayLog } from './gateway-log.ts'
import { createFeatureLevel } from './reads/feature-level.ts'
import { createLookups } from './reads/lookups.ts'
import { retrying } from './reads/retrying.ts'
import { createAnswerBudget } from './requests/answer-budget.ts'
import { createBinding } from './requests/binding.ts'
import { createCommandWatch } from './requests/command-watch.ts'
import type { FrameReader } from './requests/frame-reader.ts'
import { createFrameReader } from './requests/frame-reader.ts'
import type { MakeCall } from './requests/http-requester.ts'
import { createCalls } from './requests/http-requester.ts'
import { createIntake } from './requests/intake.ts'
import { createProduce } from './requests/produce.ts'
import { createQueries } from './requests/queries.ts'
import { createResume } from './requests/resume.ts'
import { createDeliveryWatch } from './rooms/delivery-watch.ts'
import { createHeadSweep } from './rooms/head-sweep.ts'
import type { PendingEntry, Settlement } from './rooms/pending.ts'
import { createPending } from './rooms/pending.ts'
import { createFeeds } from './rooms/room-feeds.ts'
import { createUserSessions } from './rooms/user-sessions.ts'
import { createFlusher } from './send-queue/flusher.ts'
import { createFrameJoiner } from './send-queue/join-frames.ts'
import type { Wire } from './send-queue/wire.ts'
import type { Session, SessionDeps } from './session/session.ts'
import { createSession } from './session/session.ts'

export interface GatewayCoreDeps {
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
export interface GatewayCore {
  /** Listens for outcomes and starts to sweep. */
  start(): Promise<void>
  open(wire: Wire, admission: Admission): Session
  readonly call: MakeCall
  /** Reads requests as sessions do. */
  readonly read: FrameReader
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

export const createGatewayCore = (ports: GatewayCoreDeps): GatewayCore => {
  const { commandLog, eventStore, readModel, fanOut, clock, metrics, log, times, bounds, limits, gateway } = ports
  const sessions = new Set<Session>()
  const retryMs = times.sweepLeastMs

  const lookups = createLookups(eventStore, readModel, bounds)
  const featureLevel = createFeatureLevel(readModel, log)
  const delivery = createDeliveryWatch(clock, metrics)
  const flusher = createFlusher(clock, times, (seconds) => {
    metrics.broadcastSeconds.observe(seconds)
    delivery.flushed()
  })
  const userSessions = createUserSessions({ fanOut, clock, metrics, releaseMs: times.topicReleaseMs })

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
    sessionsOf: userSessions.sessionsOf,
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
  const binding = createBinding({ lookups, intake, userSessions, resume, featureLevel })
  const budget = createAnswerBudget(bounds)
  const queries = createQueries(readModel, budget)
  const read = createFrameReader(limits, () => featureLevel.current)
  const sweep = createHeadSweep({
    fanOut,
    readModel,
    feeds,
    userSessions,
    pending,
    featureLevel,
    clock,
    times,
    random: ports.random,
  })

  const hearOutcomes = (payload: Buffer): void => {
    const { lines, malformed } = readOutcomeLines(payload)
    if (malformed > 0) metrics.publicationsDropped.inc({ reason: 'malformed' }, malformed)
    for (const { room, command, digest, seq, body, error } of lines) {
      // The feed offers the event when it passes, so that the session that creates a room is not answered before its frame.
      if (seq !== undefined && feeds.noteHead(room, seq)) continue
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
  const outcomes = fanOut.subscribe(channels.gateway(gateway), hearOutcomes)

  let framesWritten = 0
  let isStopped = false
  const sessionPorts: SessionDeps = {
    read,
    binding,
    intake,
    queries,
    resume,
    userSessions,
    lookups,
    clock,
    bounds,
    metrics,
    log: ports.log,
    sendQueuees: {
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
      // Before a socket is accepted: a client that comes back may send events that the level already has.
      await retrying(clock, retryMs, () => !isStopped, featureLevel.refresh)
      sweep.start()
    },
    open,
    read,
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
      isStopped = true
      sweep.stop()
      pending.stop()
      for (const session of [...sessions]) session.close(closeCodes.restart)
      feeds.close()
      userSessions.close()
      outcomes.close()
    },
  }
}
