import * as z from 'zod'
import type { IndexChange, SearchIndex } from '../../../shared/ports/search-index.ts'
import { parseJson } from '../../../shared/protocol/parse-json.ts'
import type { RelayedEvent, RelaySink } from '../sink.ts'

const messageSchema = z.object({ id: z.guid(), msg: z.string(), user_id: z.guid(), deleted: z.literal(true).optional() })

/** A message, or a message in the event that replaces it. Bodies of other events match neither. */
const bodySchema = z.union([messageSchema, z.object({ message: messageSchema }).transform(({ message }) => message)])

const eraseSchema = z.object({ from: z.int(), before: z.int() })

/** The change of the index by an event; undefined: it has none. */
export const changeBy = ({ room, seq, event, body }: RelayedEvent): IndexChange | undefined => {
  const value = parseJson(body)
  if (event === 'erase') return { room, ...eraseSchema.parse(value) }
  const { data: message } = bodySchema.safeParse(value)
  if (message === undefined) return undefined
  if (message.deleted === true) return { room, message: message.id }
  return { room, message: message.id, author: message.user_id, version: seq, text: message.msg }
}

/**
 * Keeps a search index up to date with the messages of all rooms. The index ignores a text that is not the newest one of its
 * message, so events may be delivered again and after later ones.
 */
export const searchSink = (index: SearchIndex): RelaySink => ({
  name: 'search',
  deliver: (events) => index.apply(events.map(changeBy).filter((change) => change !== undefined)),
})
