import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { memberStateLevel } from '../../shared/protocol/member-state.ts'
import type { Admission } from './admission/admission.ts'
import type { Delivery } from './delivery.ts'
import { createDelivery } from './delivery.ts'
import { createCheckAttachments } from './files/check-attachments.ts'
import { createFileSignatures } from './files/file-signatures.ts'
import { absentEvents } from './files/gateway-files.ts'
import type { GatewayCoreDeps } from './gateway-core-deps.ts'
import { retrying } from './reads/retrying.ts'
import { createAnswerBudget } from './requests/answer-budget.ts'
import { createBinding } from './requests/binding.ts'
import { createCommandWatch } from './requests/command-watch.ts'
import { createFileRequests } from './requests/file-requests.ts'
import type { FrameReader } from './requests/frame-reader.ts'
import { createFrameReader } from './requests/frame-reader.ts'
import type { StartHttpRequest } from './requests/http-requester.ts'
import { createHttpRequests } from './requests/http-requester.ts'
import { createIntake } from './requests/intake.ts'
import { createMemberChanges } from './requests/member-changes.ts'
import { createMemberRequests } from './requests/member-requests.ts'
import { listenForOutcomes } from './requests/outcome-listener.ts'
import { withPreSend } from './requests/pre-send.ts'
import { createProduce } from './requests/produce.ts'
import { createQueries } from './requests/queries.ts'
import { createReplaceExternalIds } from './requests/replace-external-ids.ts'
import { createResume } from './requests/resume.ts'
import { createSignalRequests } from './requests/signal-requests.ts'
import { createFlusher } from './send-queue/flusher.ts'
import { createFrameJoiner } from './send-queue/join-frames.ts'
import type { SendQueueDeps } from './send-queue/send-queue.ts'
import type { Wire } from './send-queue/wire.ts'
import type { SessionDeps } from './session/session.ts'
import { Session } from './session/session.ts'

/**
 * A gateway without its server: sessions, rooms, pending commands and the sweep.
 * It depends on ports only, so that the same code runs under a simulated clock
 * and network.
 */
export interface GatewayCore {
  /** Subscribes to outcomes and starts the sweep. */
  start(): Promise<void>
  /** Opens the session of an admitted socket. */
  open(wire: Wire, admission: Admission): Session
  readonly call: StartHttpRequest
  /** Reads requests as sessions do. */
  readonly read: FrameReader
  sessions(): Iterable<Session>
  /** Commands without an outcome. */
  readonly pendingCommands: number
  /** Rooms whose channels are subscribed to. */
  readonly heldRooms: number
  /** Frames handed to sockets since the start. */
  readonly framesWritten: number
  /** Closes the open sessions. Idempotent. */
  stop(): void
  /** Writes the states of members that wait. Call it once, when no session is open. */
  drain(): Promise<void>
}

/** The parts that handle requests. */
const createRequestHandlers = (deps: GatewayCoreDeps, delivery: Delivery) => {
  const { lookups, lookUpOutcome, pending, userSessions, feeds, featureLevel, sessionRooms, signals } = delivery
  const { commandLog, readModel, files, clock, metrics, log, times, bounds, limits, gateway, newId } = deps
  const produce = createProduce(commandLog, clock, bounds, {
    retryMs: times.sweepLeastMs,
    maxBatchDelayMs: times.gatherMostMs,
    onStage: (stage, ageSeconds) => metrics.deliverySeconds.observe(ageSeconds, stage),
  })
  const watch = createCommandWatch(clock, metrics, log)
  const level = () => featureLevel.current
  const withUsers = createReplaceExternalIds({ readModel, lookUpOutcome })
  const replaceExternalIds = withPreSend({ hook: deps.preSend, lookUpOutcome, limits, level, log }, withUsers)
  const memberChanges = createMemberChanges(deps)
  const onPosted: Parameters<typeof createIntake>[0]['onPosted'] = (room, user, seq) => {
    if (featureLevel.current >= memberStateLevel) memberChanges.posted(room, user, seq)
  }
  const onProfileChanged = signals.reportProfile
  const callbacks = { onPosted, onProfileChanged }
  const signatures = files && createFileSignatures(files.secrets)
  const fileRequests =
    files && signatures && createFileRequests({ blobStore: files.blobStore, signatures, readModel, clock, newId })
  const checkAttachments = createCheckAttachments(signatures)
  const checks = { replaceExternalIds, checkAttachments }
  const intake = createIntake({ gateway, produce, pending, feeds, watch, clock, bounds, newId, ...checks, ...callbacks })
  const resume = createResume(metrics)
  const binding = createBinding({ lookups, intake, userSessions, resume, sessionRooms, featureLevel })
  const budget = createAnswerBudget(bounds)
  const queries = createQueries({ readModel, budget, featureLevel, limits })
  memberChanges.onMoved(({ room, user, read: { seq, gen }, delivered }) => {
    void signals.reportMarker({ room, user, seq, gen, delivered: delivered === 0 ? undefined : delivered })
  })
  const memberRequests = createMemberRequests({ changes: memberChanges, reportSettings: signals.reportSettings })
  const signalRequests = createSignalRequests({ signals, readModel })
  const read = createFrameReader(limits, () => featureLevel.current, absentEvents(files))
  return { read, intake, resume, binding, budget, queries, memberChanges, memberRequests, fileRequests, signalRequests }
}

export const createGatewayCore = (deps: GatewayCoreDeps): GatewayCore => {
  const { fanOut, clock, metrics, log, times, bounds, gateway } = deps
  const sessions = new Set<Session>()
  const delivery = createDelivery(deps, sessions)
  const { lookups, pending, userSessions, feeds, featureLevel, sweep, signals } = delivery
  const handling = createRequestHandlers(deps, delivery)
  const { read, intake, resume, binding, budget, queries, memberChanges, memberRequests, fileRequests, signalRequests } = handling
  const outcomes = listenForOutcomes({ fanOut, gateway, feeds, pending, metrics })
  let framesWritten = 0
  let isStopped = false

  const sendQueue: SendQueueDeps = {
    flusher: createFlusher(clock, times, (seconds) => {
      metrics.broadcastSeconds.observe(seconds)
      delivery.delivery.flushed()
    }),
    join: createFrameJoiner(),
    limitBytes: bounds.sendQueueBytes,
    onWritten: (frames, unsentBytes) => {
      framesWritten += frames
      if (unsentBytes > 0) metrics.sendQueueBytes.observe(unsentBytes)
    },
  }
  const onDrained = budget.drained
  const onEnded = (session: Session): void => void sessions.delete(session)
  const handlers = { binding, intake, queries, memberRequests, fileRequests, signalRequests, resume, read, signals }
  const sessionDeps: SessionDeps = {
    ...handlers,
    userSessions,
    lookups,
    clock,
    bounds,
    metrics,
    log,
    sendQueue,
    onDrained,
    onEnded,
  }

  return {
    start: async () => {
      await outcomes.ready
      // Read the level before a socket is accepted: a client that reconnects may send events of the level that the store already has.
      await retrying(clock, times.sweepLeastMs, () => !isStopped, featureLevel.refresh)
      sweep.start()
      signals.start()
    },
    open: (wire, admission) => {
      const session = new Session(wire, admission, sessionDeps)
      sessions.add(session)
      return session
    },
    read,
    call: createHttpRequests({ binding, intake, queries, memberRequests, fileRequests, metrics, log }),
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
      signals.close()
      userSessions.close()
      outcomes.close()
    },
    drain: () => memberChanges.drain(),
  }
}
