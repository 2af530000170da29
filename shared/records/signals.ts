import { z } from 'zod'
import type { JsonObject } from '../domain/events.ts'
import { parseJson } from '../protocol/parse-json.ts'

/**
 * Writes and reads what gateways publish to each other. The channels are apart
 * from those of writers, so that Redis can restrict who publishes on which.
 */

/** The names of the channels. The adapter adds the prefix of its namespace. */
export const signalChannels = {
  room: (room: string): string => `signal:room:${room}`,
  user: (user: string): string => `signal:user:${user}`,
} as const

/** A signal of a member to those who watch the room. */
export interface PublishedSignal {
  readonly user: string
  readonly kind: string
  readonly data?: JsonObject | undefined
  /** Only these users receive it; undefined: all who watch the room. */
  readonly to?: readonly string[] | undefined
}

/** A read marker that has moved. */
export interface MovedMarker {
  readonly room: string
  readonly user: string
  readonly seq: number
  readonly gen?: number | undefined
  readonly delivered?: number | undefined
}

/** The settings of a chat for its member, after a change. A setting without an effect is absent. */
export interface ChangedSettings {
  readonly room: string
  readonly mutedUntil?: string | undefined
  readonly isHidden?: boolean | undefined
}

/** A publication on the channel of a room. */
export type RoomSignal = { readonly signal: PublishedSignal } | { readonly read: MovedMarker }

/**
 * A publication on the channel of a user. `presence`: gateways that watch the user ask again whether it is online; the
 * publication does not say so, because it may be late or forged. `profile`: those who watch the user read it again, for
 * the same reason.
 */
export type UserSignal =
  | { readonly presence: 'changed' }
  | { readonly profile: 'changed' }
  | { readonly read: MovedMarker }
  | { readonly settings: ChangedSettings }

/** More than any publication of a gateway: a larger one is dropped without being parsed. */
const largestBytes = 16 * 1024

const count = z.int().min(0)
const marker = z.object({
  room: z.guid(),
  user: z.guid(),
  seq: count,
  gen: count.optional(),
  delivered: count.optional(),
})

const roomSignal = z.union([
  z.object({
    v: z.literal(1),
    signal: z.object({
      user: z.guid(),
      kind: z.string().max(64),
      data: z.record(z.string(), z.unknown()).optional(),
      to: z.array(z.guid()).optional(),
    }),
  }),
  z.object({ v: z.literal(1), read: marker }),
])

const userSignal = z.union([
  z.object({ v: z.literal(1), presence: z.literal('changed') }),
  z.object({ v: z.literal(1), profile: z.literal('changed') }),
  z.object({ v: z.literal(1), read: marker }),
  z.object({
    v: z.literal(1),
    settings: z.object({ room: z.guid(), mutedUntil: z.iso.datetime().optional(), isHidden: z.boolean().optional() }),
  }),
])

const parse = <Value>(schema: z.ZodType<Value>, payload: Buffer): Value | undefined => {
  if (payload.length > largestBytes) return undefined
  const parsed = schema.safeParse(parseJson(payload.toString('utf8')))
  return parsed.success ? parsed.data : undefined
}

/** The text of a publication. */
export const writeSignal = (signal: RoomSignal | UserSignal): string => JSON.stringify({ v: 1, ...signal })

/** Reads a publication on the channel of a room; undefined: it is malformed. */
export const readRoomSignal = (payload: Buffer): RoomSignal | undefined => parse(roomSignal, payload)

/** Reads a publication on the channel of a user; undefined: it is malformed. */
export const readUserSignal = (payload: Buffer): UserSignal | undefined => parse(userSignal, payload)
