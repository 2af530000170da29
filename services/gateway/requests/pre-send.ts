import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { StoreError } from '../../../shared/ports/event-store.ts'
import type { HttpSender } from '../../../shared/ports/http-sender.ts'
import { HttpError } from '../../../shared/ports/http-sender.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import { parseJson } from '../../../shared/protocol/parse-json.ts'
import type { Outcome } from '../../../shared/records/outcome.ts'
import type { AnyRequestedRoomEvent } from '../../../shared/room-events/room-event.ts'
import type { ChatCommand } from '../../../shared/room-events/room-events.ts'
import { requestedRoomEvents } from '../../../shared/room-events/room-events.ts'
import type { GatewayLog } from '../gateway-log.ts'
import type { LookUpOutcome } from '../reads/outcome-lookup.ts'
import type { Replaced, ReplaceExternalIds } from './replace-external-ids.ts'

/** The result of a check, for metrics. */
export type PreSendResult = 'allow' | 'deny' | 'replace' | 'failed'

/** The receiver that checks messages before they are sent. */
export interface PreSendHook {
  readonly sender: HttpSender
  /** Headers that sign a request. */
  readonly sign: (id: string, body: string) => Readonly<Record<string, string>>
  /** Whether messages are accepted while the receiver fails. */
  readonly acceptsOnFailure: boolean
  readonly onResult: (result: PreSendResult) => void
}

/** The hook, and what the check of its answers needs. */
export interface PreSendDeps {
  readonly hook: PreSendHook
  readonly lookUpOutcome: LookUpOutcome
  readonly limits: ProtocolLimits
  readonly level: () => number
  readonly log: GatewayLog
}

/**
 * Asks the hook about a command that carries the content of a message. Undefined:
 * another command. The digest of the command stays that of the request, so that a
 * repeat has the same outcome.
 */
export type PreSend = (command: ChatCommand) => Promise<Replaced> | undefined

const checkedEvents: ReadonlyMap<string, AnyRequestedRoomEvent> = new Map(
  [requestedRoomEvents['new-message'], requestedRoomEvents['edit-message']].map((event) => [event.command, event]),
)

const answerSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('allow') }),
  z.object({ action: z.literal('deny'), reason: z.string().max(200).optional() }),
  z.object({ action: z.literal('replace'), body: z.record(z.string(), z.unknown()) }),
])
type PreSendAnswer = z.output<typeof answerSchema>

const unavailable: Outcome = { error: errorBody('unavailable', 'the message cannot be checked now; send again later') }

const denied = (action: string, reason: string | undefined): Outcome => ({
  error: errorBody('forbidden', 'the message is not permitted', { action, ...(reason === undefined ? {} : { reason }) }),
})

const attachmentsOf = (body: object): readonly unknown[] => {
  const { attachments } = body as { readonly attachments?: unknown }
  return Array.isArray(attachments) ? attachments : []
}

/** Only the sender may name files: its gateway has verified that the sender has announced them in this room. */
const addsFiles = (given: object, changed: object): boolean => {
  const files = attachmentsOf(given)
  return attachmentsOf(changed).some((file) => !files.some((other) => isDeepStrictEqual(file, other)))
}

/** An empty list of an answer removes the list from the message: a request has no empty lists. */
const withoutEmptyLists = (body: object): object =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => !(Array.isArray(value) && value.length === 0)))

export const createPreSend = ({ hook, lookUpOutcome, limits, level, log }: PreSendDeps): PreSend => {
  let isFailing = false

  const ask = async (command: ChatCommand, event: AnyRequestedRoomEvent): Promise<PreSendAnswer | undefined> => {
    const { id, stream: room, user, body } = command
    const text = JSON.stringify({ event: event.name, room, user_id: user, id, body })
    const headers = { 'content-type': 'application/json; charset=utf-8', ...hook.sign(`${room}:${id}`, text) }
    const { status, body: answer } = await hook.sender.post({ headers, body: text, signal: new AbortController().signal })
    if (status === 204) return { action: 'allow' }
    return status === 200 ? answerSchema.safeParse(parseJson(answer)).data : undefined
  }

  /** The command with the content of the answer; undefined: the content is not valid in a request. */
  const replaced = (
    command: ChatCommand,
    event: AnyRequestedRoomEvent,
    changes: Readonly<Record<string, unknown>>,
  ): Replaced | undefined => {
    const request = { event: event.name, room: command.stream, body: withoutEmptyLists({ ...command.body, ...changes }) }
    const { success, data } = event.request(limits, level()).safeParse(request)
    if (!success || addsFiles(command.body, request.body)) return undefined
    return { command: { ...command, body: event.commandContent(data as never).body } as ChatCommand }
  }

  /** A repeated command has its recorded outcome, also if the hook denies it, or fails, now. */
  const refuse = async (
    { type, stream: room, id: commandId, digest, user }: ChatCommand,
    refusal: Outcome,
  ): Promise<Replaced> => {
    try {
      return { outcome: (await lookUpOutcome({ type, room, commandId, digest, user })) ?? refusal }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      return { outcome: unavailable }
    }
  }

  const fail = (command: ChatCommand, reason: string): Replaced | Promise<Replaced> => {
    if (!isFailing) log.error({ reason, accepted: hook.acceptsOnFailure }, 'the check before sending fails')
    isFailing = true
    hook.onResult('failed')
    return hook.acceptsOnFailure ? { command } : refuse(command, unavailable)
  }

  const act = (command: ChatCommand, event: AnyRequestedRoomEvent, answer: PreSendAnswer): Replaced | Promise<Replaced> => {
    const changed = answer.action === 'replace' ? replaced(command, event, answer.body) : { command }
    if (changed === undefined) return fail(command, 'the replaced body is not valid')
    isFailing = false
    hook.onResult(answer.action)
    return answer.action === 'deny' ? refuse(command, denied(event.name, answer.reason)) : changed
  }

  const check = async (command: ChatCommand, event: AnyRequestedRoomEvent): Promise<Replaced> => {
    try {
      const answer = await ask(command, event)
      return await (answer === undefined ? fail(command, 'the answer is not valid') : act(command, event, answer))
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      return fail(command, error.fault)
    }
  }

  return (command) => {
    const event = checkedEvents.get(command.type)
    return event === undefined ? undefined : check(command, event)
  }
}

/** Asks the hook about messages, and replaces the users of other commands. Without a hook: the same function. */
export const withPreSend = (
  { hook, ...deps }: Omit<PreSendDeps, 'hook'> & { readonly hook: PreSendHook | undefined },
  replaceExternalIds: ReplaceExternalIds,
): ReplaceExternalIds => {
  if (hook === undefined) return replaceExternalIds
  const preSend = createPreSend({ ...deps, hook })
  return (command, viewer) => preSend(command) ?? replaceExternalIds(command, viewer)
}
