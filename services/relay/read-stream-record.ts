import * as z from 'zod'
import { bodyOfFrame } from '../../shared/frames/room-event-frame.ts'
import type { LogRecord } from '../../shared/ports/command-log.ts'
import { parseJson } from '../../shared/protocol/parse-json.ts'
import { isUserEventName } from '../../shared/records/stored-event.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'
import type { RelayedEvent } from './sink.ts'

const frameSchema = z.object({
  event: z.string(),
  room: z.uuid(),
  seq: z.int().positive(),
  body: z.record(z.string(), z.unknown()),
})

/**
 * The event of a record of the event stream. Undefined: it is an event of a user's
 * own stream, or another program wrote the record, which is logged and left out.
 */
export const readStreamRecord = ({ value, partition, offset }: LogRecord, log: Log): RelayedEvent | undefined => {
  const { success, data } = frameSchema.safeParse(parseJson(value))
  if (!success) {
    log.error({ partition, offset }, 'a record of the event stream is not an event and was left out')
    return undefined
  }
  const { event, room, seq } = data
  return isUserEventName(event) ? undefined : { room, seq, event, body: bodyOfFrame(value) }
}
