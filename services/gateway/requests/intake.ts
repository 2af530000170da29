import type { RequestRef } from '../../../shared/frames/answer-frame.ts'
import type { Clock } from '../../../shared/ports/clock.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { Request } from '../../../shared/protocol/requests.ts'
import type { CommandRequest, OwnRequest } from '../../../shared/records/command-of.ts'
import { chatCommandOf, createUserCommandOf, userCommandOf } from '../../../shared/records/command-of.ts'
import type { Outcome } from '../../../shared/records/outcome.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import type { CheckAttachments } from '../files/check-attachments.ts'
import type { NewPendingCommand, PendingCommand, PendingCommands } from '../rooms/pending-commands.ts'
import type { RoomFeeds } from '../rooms/room-feeds.ts'
import { answerWith } from './answer-with.ts'
import type { Attempt } from './attempts.ts'
import type { NamedCreateUser } from './claim-user.ts'
import { CommandQueue } from './command-queue.ts'
import { commandNameOf } from './command-requests.ts'
import type { CommandWatch, WatchedCommand } from './command-watch.ts'
import type { HandOverDeps } from './hand-over.ts'
import { createHandOver } from './hand-over.ts'
import type { ReplaceExternalIds } from './replace-external-ids.ts'
import type { Requester } from './requester.ts'
import { createSchedule } from './schedule.ts'

/** Attempts that one requester may leave refused, as a multiple of its commands in flight. */
const refusedPerPending = 4

/**
 * Turns requests into commands and hands them to the log.
 *
 * Promises:  the commands of one requester to one room are handed over in the
 *            order of their requests. A command with `after` is not handed over
 *            while the command that it names is refused. Each accepted command
 *            gets exactly one outcome: at the latest at its deadline, or when
 *            its requester disconnects.
 */
export interface Intake {
  /** `actor`: the acting user. The outcome reaches the requester as a room event, an answer or an error. */
  submit(requester: Requester, request: CommandRequest, actor: string): void
  /** The same for a change of the acting user itself. The outcome reaches the requester as an answer or an error. */
  submitOwn(requester: Requester, request: OwnRequest, actor: string): void
  /** A request of the requester was refused before it was submitted, but may be accepted when it is sent again. */
  noteRefused(requester: Requester, request: RequestRef): void
  /** Whether a request must be refused because the one that its `after` names was. */
  isBehindRefused(requester: Requester, request: Request): boolean
  /** Sends the command that creates a user. `onOutcome` is called once. False: refused, and the requester has its error. */
  createUser(requester: Requester, request: NamedCreateUser, onOutcome: (outcome: Outcome) => void): boolean
  /** Ends the commands of a requester that has disconnected. The log may still hold them. */
  abandon(requester: Requester): void
  /** The number of the requester's commands that have no outcome yet. */
  inFlight(requester: Requester): number
  /** Whether a command of the requester that creates this room has no outcome yet. */
  isCreating(requester: Requester, room: string): boolean
}

/** Shared by all command queues of a gateway. */
export interface IntakeDeps extends HandOverDeps {
  readonly pending: PendingCommands
  readonly feeds: RoomFeeds
  readonly watch: CommandWatch
  readonly clock: Clock
  readonly bounds: Bounds
  readonly newId: () => string
  readonly replaceExternalIds: ReplaceExternalIds
  readonly checkAttachments: CheckAttachments
  /** A message is confirmed at this seq. */
  readonly onPosted: (room: string, user: string, seq: number) => void
  /** A change of the user's profile is confirmed. */
  readonly onProfileChanged: (user: string) => void
}

const abandoned: Outcome = { error: errorBody('timeout', 'the requester is gone') }

/** A requester that follows no rooms gets answers only. */
const followsNothing = (): NewPendingCommand['sender'] => ({ follower: () => undefined })

export const createIntake = (deps: IntakeDeps): Intake => {
  const { pending, feeds, watch, clock, bounds, newId, replaceExternalIds, checkAttachments, onPosted, onProfileChanged } = deps
  const source = { newId, now: () => new Date(clock.nowMs()).toISOString() }
  /** Only requesters that have commands. */
  const queues = new Map<Requester, CommandQueue>()

  const queueOf = (requester: Requester): CommandQueue => {
    const queue = queues.get(requester) ?? new CommandQueue(refusedPerPending * bounds.pendingPerSession)
    queues.set(requester, queue)
    return queue
  }
  const forgetIfIdle = (requester: Requester): void => {
    if (queues.get(requester)?.isIdle === true) queues.delete(requester)
  }

  /** True: a limit is reached, and the requester has its error. */
  const isFull = (requester: Requester, request: CommandRequest | OwnRequest | NamedCreateUser): boolean => {
    if ((queues.get(requester)?.inFlight ?? 0) >= bounds.pendingPerSession) {
      requester.fail(request, errorBody('rate_limited', 'too many commands in flight', undefined, 100))
      return true
    }
    if (pending.size < bounds.pendingPerGateway) return false
    requester.refuse(request, 'unavailable', 'too many commands in flight')
    return true
  }

  const enter = (
    requester: Requester,
    requestId: string | undefined,
    command: Command,
    watched: WatchedCommand,
    onOutcome: NewPendingCommand['onOutcome'],
  ): PendingCommand => {
    const queue = queueOf(requester)
    const entered = pending.add({
      type: command.type,
      room: command.stream,
      commandId: command.id,
      digest: command.digest,
      user: command.type === 'CreateUser' ? '' : command.user,
      sender: requester.rooms ?? followsNothing(),
      requestId,
      onOutcome: (outcome, isInFeed) => {
        watched.end('error' in outcome ? outcome.error.code : 'ok')
        queue.delete(entered)
        forgetIfIdle(requester)
        onOutcome(outcome, isInFeed)
      },
    })
    queue.add(entered)
    return entered
  }

  const schedule = createSchedule({ handOver: createHandOver(deps), pending, queueOf, forgetIfIdle })

  /** A command whose outcome is an answer. False: refused, and the requester has its error. */
  const submitOutsideRooms = (
    requester: Requester,
    request: OwnRequest | NamedCreateUser,
    command: Command,
    onOutcome: (outcome: Outcome) => void,
  ): boolean => {
    if (isFull(requester, request)) return false
    const watched = watch(request.event, command)
    const entered = enter(requester, request.id, command, watched, onOutcome)
    const attempt: Attempt = { room: command.stream, isRefused: false, after: undefined }
    schedule({ command, entered, traceparent: watched.traceparent, isDirect: true, attempt }, requester)
    return true
  }

  return {
    submit: (requester, request, actor) => {
      const refusal = checkAttachments(request, actor)
      if (refusal !== undefined) return requester.fail(request, refusal)
      if (isFull(requester, request)) return
      const command = chatCommandOf(request, actor, source)
      // The creator's gateway subscribes to a new room before the writer can publish an event of it.
      const opened = request.event === 'create-chat' ? feeds.acquire(command.stream) : undefined
      const watched = watch(request.event, command)
      const entered = enter(requester, request.id, command, watched, (outcome, isInFeed) => {
        if (opened !== undefined) feeds.release(opened.room)
        if (request.event === 'new-message' && 'body' in outcome && outcome.seq !== undefined)
          onPosted(request.room, actor, outcome.seq)
        if (isInFeed) requester.succeeded(request)
        else answerWith(requester, request, outcome)
      })
      const { rooms, user } = requester
      const isDirect =
        rooms === undefined || (opened === undefined ? rooms.follower(command.stream) === undefined : user !== actor)
      const after = 'after' in request ? request.after : undefined
      const attempt = queueOf(requester).attempts.begin({ room: command.stream, id: command.id }, after)
      const submission = { command, entered, traceparent: watched.traceparent, isDirect, attempt, after }
      const viewer = requester.principal.isService ? undefined : actor
      schedule(submission, requester, opened?.listening, replaceExternalIds(command, viewer))
    },
    submitOwn: (requester, request, actor) =>
      void submitOutsideRooms(requester, request, userCommandOf(request, actor, source), (outcome) => {
        answerWith(requester, request, outcome)
        if (request.event === 'update-user' && 'body' in outcome) onProfileChanged(actor)
      }),
    noteRefused: (requester, request) => {
      const name = commandNameOf(request)
      if (name !== undefined) queueOf(requester).attempts.refuse(name)
    },
    isBehindRefused: (requester, request) => {
      if (!('after' in request) || request.after === undefined) return false
      return queues.get(requester)?.attempts.isRefused({ room: request.room, id: request.after }) === true
    },
    createUser: (requester, request, onOutcome) =>
      submitOutsideRooms(requester, request, createUserCommandOf(request.body.user, source), onOutcome),
    abandon: (requester) => {
      for (const command of queues.get(requester)?.all() ?? []) pending.conclude(command, abandoned)
      queues.delete(requester)
    },
    inFlight: (requester) => queues.get(requester)?.inFlight ?? 0,
    isCreating: (requester, room) => queues.get(requester)?.isCreating(room) ?? false,
  }
}
