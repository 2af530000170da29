import { z } from 'zod'
import { fieldsFrom, pipelineLevel } from './feature-level.ts'
import * as field from './fields.ts'

const head = { id: field.callerId.optional(), as: field.userId.optional() }

/**
 * A request that acts in a room. `after` belongs to the frame and not to the
 * body, so that the digest of a command does not depend on it. `level`: that of
 * the schema; pass it for an event of an earlier level than `after`.
 */
export const requestInRoom = <Event extends string, Body extends z.ZodType>(
  event: Event,
  body: Body,
  level: number = pipelineLevel,
) => {
  const order = fieldsFrom(pipelineLevel, level, { after: field.ownId.optional() })
  return z.strictObject({ event: z.literal(event), ...head, ...order, room: field.chatId, body })
}

/** A request that names no room. */
export const requestOutsideRooms = <Event extends string, Body extends z.ZodType>(event: Event, body: Body) =>
  z.strictObject({ event: z.literal(event), ...head, body })

/** A request about a room that is not a command: it takes no place in the order of the room. */
export const requestAboutRoom = <Event extends string, Body extends z.ZodType>(event: Event, body: Body) =>
  z.strictObject({ event: z.literal(event), ...head, room: field.chatId, body })
