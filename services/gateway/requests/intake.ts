import { hash } from 'node:crypto'
import type { Clock } from '../../../shared/ports/clock.ts'
import { PublishError } from '../../../shared/ports/command-log.ts'
import type { Outcome } from '../../../shared/ports/event-store.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { RequestOf } from '../../../shared/protocol/requests.ts'
import { writeCommand } from '../../../shared/records/command-record.ts'
import { recordHeaders } from '../../../shared/records/record-headers.ts'
import type { AnyRoomEvent } from '../../../shared/room-events/room-event.ts'
import type { ChatCommand, Command, RoomEventName } from '../../../shared/room-events/room-events.ts'
import { roomEvents } from '../../../shared/room-events/room-events.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import type { Lookups } from '../reads/lookups.ts'
import type { NewEntry, Pending, PendingEntry, Settlement } from '../rooms/pending.ts'
import type { RoomFeed } from '../rooms/room-feed.ts'
import type { Feeds } from '../rooms/room-feeds.ts'
import type { NamedCreateUser } from './claim-user.ts'
import type { CommandWatch, WatchedCommand } from './command-watch.ts'
import type { Produce } from './produce.ts'
import type { Caller } from './requester.ts'

export type CommandRequest = RequestOf<RoomEventName>

/** Frame → command → log. A session's commands for one room are handed over strictly in order. */
export interface Intake {
  /** `actor`: the acting user. The outcome reaches the caller as a feed frame, an answer or an error. */
  submit(caller: Caller, request: CommandRequest, actor: string): void
  /** Asks the writer for a user nobody knows yet. `settle` gets the outcome, once. False: not taken, the caller has been told. */
  createUser(caller: Caller, request: NamedCreateUser, settle: (settlement: Settlement) => void): boolean
  /** The caller is gone: nobody waits any longer for what it has sent. */
  abandon(caller: Caller): void
}

export interface IntakeDeps {
  readonly gateway: string
  readonly produce: Produce
  readonly pending: Pending
  readonly feeds: Feeds
  readonly lookups: Lookups
  readonly watch: CommandWatch
  readonly clock: Clock
  readonly bounds: Bounds
  readonly newId: () => string
}

/** Names a command's content: acting user, event and body without its id. 132 bits of SHA-256. */
const digestOf = (actor: string, event: string, body: unknown): string =>
  hash('sha256', JSON.stringify([actor, event, body]), 'base64url').slice(0, 22)

/** The command that a request asks for. The digest is of the body exactly as asked, so that it is the same in every version. */
const commandOf = (request: CommandRequest, actor: string, at: string, newId: () => string): ChatCommand => {
  const definition: AnyRoomEvent = roomEvents[request.event]
  const { id = newId(), room: stream = id, body } = definition.asked(request)
  const digest = digestOf(actor, request.event, body)
  return { v: 1, type: definition.command, stream, id, body, digest, user: actor, at } as ChatCommand
}

/** Final: the same command is too large at every attempt. */
const tooLarge: Settlement = {
  kind: 'refused',
  code: 'invalid',
  message: 'body: larger than the command log takes',
  details: { field: 'body', reason: 'larger than the command log takes' },
}

export const createIntake = (ports: IntakeDeps): Intake => {
  const { gateway, produce, pending, feeds, lookups, watch, clock, bounds, newId } = ports
  const now = (): string => new Date(clock.nowMs()).toISOString()

  /** True: there is no room for another command; the caller has been told. */
  const isFull = (caller: Caller, request: CommandRequest | NamedCreateUser): boolean => {
    if (caller.pending.size >= bounds.pendingPerSession) {
      caller.fail(request, errorBody('rate_limited', 'too many commands in flight', undefined, 100))
      return true
    }
    if (pending.size < bounds.pendingPerGateway) return false
    caller.refuse(request, 'unavailable', 'too many commands in flight')
    return true
  }

  const enter = (
    caller: Caller,
    request: CommandRequest | NamedCreateUser,
    command: Command,
    watched: WatchedCommand,
    concluding: { readonly settle: NewEntry['settle']; readonly lookUp: NewEntry['lookUp']; readonly done: () => void },
  ): PendingEntry => {
    const conclude = (outcome: string): void => {
      watched.end(outcome)
      caller.pending.delete(entry)
      concluding.done()
    }
    const entry = pending.enter({
      sender: caller.rooms ?? { follower: () => undefined },
      room: command.stream,
      commandId: command.id,
      digest: command.digest,
      callerId: request.id,
      lookUp: concluding.lookUp,
      confirmed: () => {
        conclude('ok')
        caller.succeeded(request)
      },
      settle: (settlement) => {
        conclude(outcomeOf(settlement))
        concluding.settle(settlement)
      },
    })
    caller.pending.add(entry)
    return entry
  }

  const handOver = async (
    command: Command,
    isDirect: boolean,
    entry: PendingEntry,
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
      pending.conclude(entry, error.fate === 'too_large' ? tooLarge : { kind: 'unavailable' })
    }
  }

  /** The creator's gateway listens to the room before anything can happen in it. */
  const prepare = (request: CommandRequest, room: string): RoomFeed | undefined =>
    request.event === 'create-chat' ? feeds.hold(room) : undefined

  /** Only what has to wait makes what follows it wait. */
  const inOrder = (caller: Caller, room: string, ready: Promise<void> | undefined, act: () => void): void => {
    const before = caller.order.get(room)
    if (before === undefined && ready === undefined) return act()
    const turn = Promise.all([before, ready]).then(act)
    caller.order.set(room, turn)
    void turn.then(() => {
      if (caller.order.get(room) === turn) caller.order.delete(room)
    })
  }

  return {
    submit: (caller, request, actor) => {
      if (isFull(caller, request)) return
      const command = commandOf(request, actor, now(), newId)
      const { stream: room, id, digest } = command
      const opened = prepare(request, room)
      const watched = watch(request.event, command)
      const entry = enter(caller, request, command, watched, {
        settle: (settlement) => answerWith(caller, request, settlement),
        lookUp: async () => settlementOf(await lookups.outcome({ room, id, digest })),
        done: () => opened !== undefined && feeds.release(opened.room),
      })
      const isDirect =
        caller.rooms === undefined || (opened === undefined ? caller.rooms.follower(room) === undefined : caller.user !== actor)
      inOrder(caller, room, opened?.listening, () => void handOver(command, isDirect, entry, watched))
    },
    createUser: (caller, request, settle) => {
      if (isFull(caller, request)) return false
      const { externalUserId, name } = request.body.user
      const body = { externalUserId, ...(name === undefined ? {} : { name }) }
      const digest = digestOf('', request.event, body)
      const command: Command = { v: 1, type: 'CreateUser', stream: externalUserId, id: newId(), digest, at: now(), body }
      const lookUp = async (): Promise<Settlement | undefined> => {
        const user = await lookups.user(externalUserId)
        return user === undefined ? undefined : { kind: 'done', body: JSON.stringify({ user }) }
      }
      const watched = watch(request.event, command)
      const entry = enter(caller, request, command, watched, { settle, lookUp, done: () => undefined })
      void handOver(command, true, entry, watched)
      return true
    },
    abandon: (caller) => {
      for (const entry of [...caller.pending]) pending.conclude(entry, { kind: 'timeout' })
    },
  }
}

/** In the words of the error table. */
const outcomeOf = (settlement: Settlement): string => {
  if (settlement.kind === 'done') return 'ok'
  return settlement.kind === 'refused' ? settlement.code : settlement.kind
}

/** Of the command itself: only the writer decides on an id that names another one, because it knows the members. */
const settlementOf = (outcome: Outcome | undefined): Settlement | undefined => {
  if (outcome === undefined) return undefined
  if (outcome.kind === 'event') return { kind: 'done', body: outcome.event.data, seq: outcome.event.seq }
  const { code, message, details } = outcome.rejection
  return { kind: 'refused', code, message, ...(details === undefined ? {} : { details }) }
}

/** Tells a caller what became of its request. */
export const answerWith = (
  caller: Caller,
  request: { readonly event: string; readonly id?: string | undefined },
  settlement: Settlement,
): void => {
  if (settlement.kind === 'done') return caller.answer(request, settlement.body)
  if (settlement.kind === 'refused')
    return caller.fail(request, errorBody(settlement.code, settlement.message, settlement.details))
  if (settlement.kind === 'timeout') return caller.refuse(request, 'timeout', 'no outcome yet; send again with the same id')
  return caller.refuse(request, 'unavailable', 'not accepted; send again later')
}
