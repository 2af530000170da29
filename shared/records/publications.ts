/**
 * The texts that writers publish to gateways (DESIGN: fan-out topics), built
 * and read in one place. All of them are lines, readable with `redis-cli`.
 */

import { z } from 'zod'
import { isFrameOf } from '../frames/room-event-frame.ts'
import type { ErrorCode } from '../protocol/errors.ts'
import { errors } from '../protocol/errors.ts'
import { parseJson } from '../protocol/parse-json.ts'
import { membershipOf } from '../room-events/find-room-event.ts'
import type { MembershipEffect } from '../room-events/membership-effect.ts'

/** Topics, before the adapter's namespace prefix. */
export const channels = {
  room: (room: string): string => `room:${room}`,
  user: (user: string): string => `user:${user}`,
  gateway: (gateway: string): string => `gateway:${gateway}`,
} as const

/** One event of a room. `frame` is exactly the text that sockets get; undefined: read it from the store. */
export interface PublishedEvent {
  readonly seq: number
  /** Its name on the wire; perhaps an event of a later version. */
  readonly event: string
  readonly membership: MembershipEffect
  readonly commandId: string
  readonly digest: string
  readonly frame?: string
  /** The trace that it is part of, if it is recorded. */
  readonly traceparent?: string
}

export interface RoomPublication {
  readonly room: string
  /** Seqs ascend, but need not touch. */
  readonly events: readonly PublishedEvent[]
}

/** What became of one command, for the gateway that asked. `room` is the record's key. */
export interface OutcomeLine {
  readonly room: string
  readonly command: string
  readonly digest: string
  /** The event's place, when it is one of a room's. */
  readonly seq?: number
  /** The frame's body as text, or the error. */
  readonly body?: string
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly details?: Readonly<Record<string, unknown>> }
}

/** A hint that a user's membership of a room has changed. */
export interface MembershipNotice {
  readonly room: string
  readonly since: number
}

/** By seq; most publications have none. */
const tracesText = (events: readonly PublishedEvent[]): string => {
  const traced = events.flatMap(({ seq, traceparent }) => (traceparent === undefined ? [] : [[seq, traceparent]]))
  return traced.length === 0 ? '' : `,"traces":${JSON.stringify(Object.fromEntries(traced))}`
}

/** Without a fifth element: the event does not change the membership, or its writer's version did not write the flag. */
const headerEntry = ({ seq, event, commandId, digest, membership }: PublishedEvent): readonly unknown[] =>
  membership === 'none' ? [seq, event, commandId, digest] : [seq, event, commandId, digest, membership]

/** Header line, then one frame per line; frames that would pass `maxBytes` are announced only. */
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

/** No writer of ours publishes as much. Whatever is larger is not even looked at. */
export const largestPublicationBytes = 4 * 1024 * 1024

/** Undefined: malformed, to be dropped and counted. Frames are passed on unparsed. */
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

export const writeOutcomeLine = (line: OutcomeLine): string => {
  const { room, command, digest, seq, body, error } = line
  const head = `{"v":1,"room":${JSON.stringify(room)},"command":"${command}","digest":"${digest}"`
  const place = seq === undefined ? '' : `,"seq":${seq}`
  return error === undefined ? `${head}${place},"body":${body ?? 'null'}}` : `${head}${place},"error":${JSON.stringify(error)}}`
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

/** A malformed line is left out and counted in `malformed`; its neighbours stand. */
export const readOutcomeLines = (payload: Buffer): { readonly lines: readonly OutcomeLine[]; readonly malformed: number } => {
  if (payload.length > largestPublicationBytes) return { lines: [], malformed: 1 }
  const texts = payload.toString('utf8').split('\n')
  const lines = texts.flatMap((text) => {
    const parsed = outcomeLine.safeParse(parseJson(text))
    if (!parsed.success || (parsed.data.body === undefined) === (parsed.data.error === undefined)) return []
    const { v: _v, body, seq, error, ...names } = parsed.data
    return [
      {
        ...names,
        ...(seq === undefined ? {} : { seq }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(error === undefined ? {} : { error: withoutUndefined(error) }),
      },
    ]
  })
  return { lines, malformed: texts.length - lines.length }
}

const withoutUndefined = <T extends { details?: Record<string, unknown> | undefined }>({ details, ...rest }: T) => ({
  ...rest,
  ...(details === undefined ? {} : { details }),
})

export const writeNotice = (notice: MembershipNotice): string => `{"v":1,"room":"${notice.room}","since":${notice.since}}`

const noticeLine = z.object({ v: z.literal(1), room: z.guid(), since: z.int().min(0) })

export const readNotice = (payload: Buffer): MembershipNotice | undefined => {
  const parsed = noticeLine.safeParse(parseJson(payload.toString('utf8')))
  return parsed.success ? { room: parsed.data.room, since: parsed.data.since } : undefined
}
