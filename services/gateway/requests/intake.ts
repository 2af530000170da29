import type { Clock } from '../../../shared/ports/clock.ts'
import { PublishError } from '../../../shared/ports/command-log.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import { writeCommand } from '../../../shared/records/command-record.ts'
import type { Outcome } from '../../../shared/records/outcome.ts'
import { recordHeaders } from '../../../shared/records/record-headers.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import type { NewPendingCommand, PendingCommand, PendingCommands } from '../rooms/pending-commands.ts'
import type { RoomFeeds } from '../rooms/room-feeds.ts'
import { answerWith } from './answer-with.ts'
import type { NamedCreateUser } from './claim-user.ts'
import type { CommandRequest } from './command-of.ts'
import { chatCommandOf, createUserCommandOf } from './command-of.ts'
import { CommandQueue } from './command-queue.ts'
import type { CommandWatch, WatchedCommand } from './command-watch.ts'
import type { Produce } from './produce.ts'
import type { Requester } from './requester.ts'

/**
 * Turns requests into commands and hands them to the log.
 *
 * Promises:  the commands of one requester to one room are handed over in the
 *            order of their requests. Each accepted command gets exactly one
 *            outcome: at the latest at its deadline, or when its requester
 *            disconnects.
 */
export interface Intake {
  /** `actor`: the acting user. The outcome reaches the requester as a room event, an answer or an error. */
  submit(requester: Requester, request: CommandRequest, actor: string): void
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
export interface IntakeDeps {
  /** This gateway's reply address. */
  readonly gateway: string
  readonly produce: Produce
  readonly pending: PendingCommands
  readonly feeds: RoomFeeds
  readonly watch: CommandWatch
  readonly clock: Clock
  readonly bounds: Bounds
  readonly newId: () => string
}

/** Final, because the command is too large at every attempt. */
const tooLarge: Outcome = {
  error: errorBody('invalid', 'body: larger than the command log takes', {
    field: 'body',
    reason: 'larger than the command log takes',
  }),
}
const notAccepted: Outcome = { error: errorBody('unavailable', 'not accepted; send again later') }
const abandoned: Outcome = { error: errorBody('timeout', 'the requester is gone') }

/** A requester that follows no rooms gets answers only. */
const followsNothing = (): NewPendingCommand['sender'] => ({ follower: () => undefined })

export const createIntake = (deps: IntakeDeps): Intake => {
  const { gateway, produce, pending, feeds, watch, clock, bounds, newId } = deps
  const source = { newId, now: () => new Date(clock.nowMs()).toISOString() }
  /** Only requesters that have commands. */
  const queues = new Map<Requester, CommandQueue>()

  const queueOf = (requester: Requester): CommandQueue => {
    const queue = queues.get(requester) ?? new CommandQueue()
    queues.set(requester, queue)
    return queue
  }
  const forgetIfIdle = (requester: Requester): void => {
    if (queues.get(requester)?.isIdle === true) queues.delete(requester)
  }

  /** True: a limit is reached, and the requester has its error. */
  const isFull = (requester: Requester, request: CommandRequest | NamedCreateUser): boolean => {
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

  const handOver = async (
    command: Command,
    isDirect: boolean,
    entered: PendingCommand,
    { traceparent }: WatchedCommand,
  ): Promise<void> => {
    const headers = {
      [recordHeaders.command]: command.id,
      [recordHeaders.digest]: command.digest,
      [recordHeaders.reply]: gateway,
      ...(isDirect ? { [recordHeaders.direct]: '1' } : {}),
      ...(traceparent === undefined ? {} : { [recordHeaders.traceparent]: traceparent }),
    }
    try {
      await produce({ key: command.stream, value: writeCommand(command), headers }, Date.parse(command.at))
    } catch (error) {
      if (!(error instanceof PublishError)) throw error
      pending.conclude(entered, error.kind === 'too_large' ? tooLarge : notAccepted)
    }
  }

  return {
    submit: (requester, request, actor) => {
      if (isFull(requester, request)) return
      const command = chatCommandOf(request, actor, source)
      // The creator's gateway subscribes to a new room before the writer can publish an event of it.
      const opened = request.event === 'create-chat' ? feeds.acquire(command.stream) : undefined
      const watched = watch(request.event, command)
      const entered = enter(requester, request.id, command, watched, (outcome, isInFeed) => {
        if (opened !== undefined) feeds.release(opened.room)
        if (isInFeed) requester.succeeded(request)
        else answerWith(requester, request, outcome)
      })
      const { rooms, user } = requester
      const isDirect =
        rooms === undefined || (opened === undefined ? rooms.follower(command.stream) === undefined : user !== actor)
      queueOf(requester).inOrder(
        command.stream,
        opened?.listening,
        () => void handOver(command, isDirect, entered, watched),
        () => forgetIfIdle(requester),
      )
    },
    createUser: (requester, request, onOutcome) => {
      if (isFull(requester, request)) return false
      const command = createUserCommandOf(request, source)
      const watched = watch(request.event, command)
      const entered = enter(requester, request.id, command, watched, onOutcome)
      void handOver(command, true, entered, watched)
      return true
    },
    abandon: (requester) => {
      for (const command of queues.get(requester)?.all() ?? []) pending.conclude(command, abandoned)
    },
    inFlight: (requester) => queues.get(requester)?.inFlight ?? 0,
    isCreating: (requester, room) => queues.get(requester)?.isCreating(room) ?? false,
  }
}
