import { z } from 'zod'
import * as field from './fields.ts'

const head = { id: field.callerId.optional(), as: field.userId.optional() }

/** A request that acts in a room. */
export const requestInRoom = <Event extends string, Body extends z.ZodType>(event: Event, body: Body) =>
  z.strictObject({ event: z.literal(event), ...head, room: field.chatId, body })

/** A request that names no room. */
export const requestOutsideRooms = <Event extends string, Body extends z.ZodType>(event: Event, body: Body) =>
  z.strictObject({ event: z.literal(event), ...head, body })
