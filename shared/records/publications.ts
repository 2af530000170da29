/**
 * Writes and reads the publications from writers to gateways. All of them are
 * lines of text, readable with `redis-cli`.
 */

import { z } from 'zod'
import { isFrameOf } from '../frames/room-event-frame.ts'
import type { ErrorCode } from '../protocol/errors.ts'
import { errorBody, errors } from '../protocol/errors.ts'
import { parseJson } from '../protocol/parse-json.ts'
import { membershipOf } from '../room-events/find-room-event.ts'
import type { MembershipEffect } from '../room-events/membership-effect.ts'
import type { Outcome } from './outcome.ts'

/** The names of the fan-out channels. The adapter adds the prefix of its namespace. */
export const channels = {
  room: (room: string): string => `room:${room}`,
  user: (user: string): string => `user:${user}`,
  /** Nothing is published on it: a gateway subscribes to it while it holds the channel of a user without a session. */
  left: (user: string): string => `user:${user}:left`,
  gateway: (gateway: string): string => `gateway:${gateway}`,
} as const

/** One event of a room. `frame` is exactly the text that sockets receive; undefined: read the event from the store. */
export interface PublishedEvent {
  readonly seq: number
  /** Its name on the wire. It may be an event of a later version. */
  readonly event: string
  readonly membership: MembershipEffect
  readonly commandId: string
  readonly digest: string
  readonly frame?: string
  /** The trace context of the command, if the command is sampled. */
  readonly traceparent?: string
}

/** A publication on the channel of a room. */
export interface RoomPublication {
  readonly room: string
  /** Seqs ascend, possibly with gaps. */
  readonly events: readonly PublishedEvent[]
}

/** The outcome of one command, for the gateway that sent it. `room` is the key of the command's record. */
export interface PublishedOutcome {
  readonly room: string
  readonly command: string
  readonly digest: string
  readonly outcome: Outcome
}

/** A hint that a user's membership of a room has changed. */
export interface MembershipNotice {
  readonly room: string
  /** The seq after which the sessions of the user read the room. */
  readonly since: number
}

/** The trace contexts, by seq; most publications have none. */
const tracesText = (events: readonly PublishedEvent[]): string => {
  const traced = events.flatMap(({ seq, traceparent }) => (traceparent === undefined ? [] : [[seq, traceparent]]))
  return traced.length === 0 ? '' : `,"traces":${JSON.stringify(Object.fromEntries(traced))}`
}

/** Without a fifth element: the event does not change the membership, or its writer's version did not write the flag. */
const headerEntry = ({ seq, event, commandId, digest, membership }: PublishedEvent): readonly unknown[] =>
  membership === 'none' ? [seq, event, commandId, digest] : [seq, event, commandId, digest, membership]

/**
 * A header line, then one frame per line. From the first event whose frame would exceed `maxBytes`, events are in the
 * header only.
 */
export const writeRoomPublication = (publication: RoomPublication, maxBytes: number): string => {
  const { room, events } = publication
  const of = events.map(headerEntry)
  const lines = [`{"v":1,"room":"${room}","of":${JSON.stringify(of)}${tracesText(events)}}`]
  let bytes = Buffer.byteLength(lines[0] ?? '')
  for (const { frame } of events) {
    if (frame === undefined) break
    bytes += Buffer.byteLength(frame) + 1
    if (bytes > maxBytes) break
    lines.push(frame)
  }
  return lines.join('\n')
}

/** Any name, so that events of later versions are relayed. Its characters are checked, because it is part of a frame's text. */
const eventName = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/)
const membershipFlag = z.enum(['adds', 'removes']).optional().catch(undefined)

const header = z.object({
  v: z.literal(1),
  room: z.guid(),
  of: z.array(z.tuple([z.int().min(1), eventName, z.string(), z.string(), membershipFlag], z.unknown())).min(1),
  traces: z.record(z.string(), z.string()).optional(),
})

const ascends = (of: readonly (readonly [number, ...unknown[]])[]): boolean =>
  of.every((entry, index) => index === 0 || entry[0] > (of[index - 1]?.[0] ?? 0))

/** Larger than any publication of a writer. A larger payload is dropped without being parsed. */
export const largestPublicationBytes = 4 * 1024 * 1024

/** Reads a publication of a room; undefined: it is malformed, and the caller drops and counts it. Frames are not parsed. */
export const readRoomPublication = (payload: Buffer): RoomPublication | undefined => {
  if (payload.length > largestPublicationBytes) return undefined
  const lines = payload.toString('utf8').split('\n')
  const parsed = header.safeParse(parseJson(lines[0] ?? ''))
  if (!parsed.success || !ascends(parsed.data.of) || lines.length - 1 > parsed.data.of.length) return undefined
  const events = parsed.data.of.map(([seq, event, commandId, digest, flag], index) => {
    const frame = lines[index + 1]
    const traceparent = parsed.data.traces?.[seq]
    const text = frame === undefined ? {} : { frame }
    const membership = membershipOf(event, flag)
    return { seq, event, membership, commandId, digest, ...text, ...(traceparent === undefined ? {} : { traceparent }) }
  })
  const { room } = parsed.data
  const areFrames = events.every(({ frame, event, seq }) => frame === undefined || isFrameOf({ event, room, seq }, frame))
  return areFrames ? { room, events } : undefined
}

/** `retryable` is not published, because it follows from the code. */
export const writeOutcomeLine = ({ room, command, digest, outcome }: PublishedOutcome): string => {
  const head = `{"v":1,"room":${JSON.stringify(room)},"command":"${command}","digest":"${digest}"`
  if ('error' in outcome) {
    const { code, message, details } = outcome.error
    return `${head},"error":${JSON.stringify({ code, message, details })}}`
  }
  const seq = outcome.seq === undefined ? '' : `,"seq":${outcome.seq}`
  return `${head}${seq},"body":${outcome.body}}`
}

const outcomeLine = z.object({
  v: z.literal(1),
  room: z.string(),
  command: z.string(),
  digest: z.string(),
  seq: z.int().min(1).optional(),
  body: z.looseObject({}).optional(),
  error: z
    .object({
      code: z.enum(Object.keys(errors) as [ErrorCode, ...ErrorCode[]]),
      message: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
})

/** Undefined unless the line has exactly one of `body` and `error`. */
const outcomeOf = ({ body, seq, error }: z.infer<typeof outcomeLine>): Outcome | undefined => {
  if (body === undefined) return error && { error: errorBody(error.code, error.message, error.details) }
  if (error !== undefined) return undefined
  return { body: JSON.stringify(body), ...(seq === undefined ? {} : { seq }) }
}

/** Reads the outcomes of a publication. Malformed lines are skipped and counted in `malformed`. */
export const readOutcomeLines = (
  payload: Buffer,
): { readonly outcomes: readonly PublishedOutcome[]; readonly malformed: number } => {
  if (payload.length > largestPublicationBytes) return { outcomes: [], malformed: 1 }
  const texts = payload.toString('utf8').split('\n')
  const outcomes = texts.flatMap((text) => {
    const parsed = outcomeLine.safeParse(parseJson(text))
    const outcome = parsed.success ? outcomeOf(parsed.data) : undefined
    if (!parsed.success || outcome === undefined) return []
    const { room, command, digest } = parsed.data
    return [{ room, command, digest, outcome }]
  })
  return { outcomes, malformed: texts.length - outcomes.length }
}

/** The text of a membership notice. */
export const writeNotice = (notice: MembershipNotice): string => `{"v":1,"room":"${notice.room}","since":${notice.since}}`

const noticeLine = z.object({ v: z.literal(1), room: z.guid(), since: z.int().min(0) })

/** Reads a membership notice; undefined: it is malformed. */
export const readNotice = (payload: Buffer): MembershipNotice | undefined => {
  const parsed = noticeLine.safeParse(parseJson(payload.toString('utf8')))
  return parsed.success ? { room: parsed.data.room, since: parsed.data.since } : undefined
}
