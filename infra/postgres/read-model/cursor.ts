import { z } from 'zod'
import { roleNames } from '../../../shared/domain/roles.ts'
import { CursorError } from '../../../shared/ports/read-model.ts'
import { parseJson } from '../../../shared/protocol/parse-json.ts'

const instant = z.iso.datetime({ precision: 3 })
const seq = z.int().min(0)

/** The filters of a list of messages: a cursor contains the rest of the query. */
const filters = { thread: z.guid().optional(), replies: z.boolean().optional(), pinned: z.boolean().optional() }

/** The content of the cursors of each list: the position to continue from, and the end of the range. */
const schemas = {
  chats: z.strictObject({ lastAt: instant, id: z.guid() }),
  newer: z.strictObject({ after: seq, before: seq.optional(), to: z.string().optional(), ...filters }),
  older: z.strictObject({ before: seq, ...filters }),
  blocks: z.strictObject({ user: z.guid() }),
  /** `only`: the list has no other reactions. */
  reactions: z.strictObject({ reaction: z.string(), user: z.guid(), only: z.literal(true).optional() }),
  versions: z.strictObject({ after: seq }),
  members: z.strictObject({
    since: seq,
    user: z.guid(),
    role: z.enum(roleNames).optional(),
    banned: z.literal(true).optional(),
  }),
  /** Only the position: the query is repeated. */
  found: z.strictObject({ at: instant, room: z.guid(), seq }),
} as const

type Kind = keyof typeof schemas
type CursorPosition<K extends Kind> = z.output<(typeof schemas)[K]>

/** A cursor: opaque to clients, and bound to the kind of list. */
export const writeCursor = <K extends Kind>(kind: K, place: CursorPosition<K>): string =>
  Buffer.from(JSON.stringify([1, kind, place])).toString('base64url')

const decode = (text: string): unknown => parseJson(Buffer.from(text, 'base64url').toString('utf8'))

const envelope = z.tuple([z.literal(1), z.string(), z.unknown()])

/** The position if the cursor is of this kind; undefined if it is of another kind; throws `CursorError` if it is malformed. */
const placeIn = <K extends Kind>(kind: K, text: string): CursorPosition<K> | undefined => {
  const parsed = envelope.safeParse(decode(text))
  if (!parsed.success) throw new CursorError('not a cursor')
  const [, made, place] = parsed.data
  if (made !== kind) return undefined
  const checked = schemas[kind].safeParse(place)
  if (!checked.success) throw new CursorError('not a cursor')
  return checked.data as CursorPosition<K>
}

const readCursor =
  <K extends Kind>(kind: K) =>
  (text: string): CursorPosition<K> => {
    const place = placeIn(kind, text)
    if (place === undefined) throw new CursorError('a cursor of another list')
    return place
  }

/** The position of a cursor of the list of chats. Throws `CursorError`. */
export const readChatCursor = readCursor('chats')

/** The position of a cursor of the list of blocks. Throws `CursorError`. */
export const readBlockCursor = readCursor('blocks')

/** The position of a cursor of the list of reactions. Throws `CursorError`. */
export const readReactionCursor = readCursor('reactions')

/** The position of a cursor of the list of versions. Throws `CursorError`. */
export const readVersionCursor = readCursor('versions')

/** The position of a cursor of the list of members. Throws `CursorError`. */
export const readMemberCursor = readCursor('members')

/** The position of a cursor of a search. Throws `CursorError`. */
export const readSearchCursor = readCursor('found')

/** A cursor of the list of messages, in one of its directions. */
export type MessageCursor =
  | { readonly direction: 'newer'; readonly place: CursorPosition<'newer'> }
  | { readonly direction: 'older'; readonly place: CursorPosition<'older'> }

/** The direction and position of a cursor of the list of messages. Throws `CursorError`. */
export const readMessageCursor = (text: string): MessageCursor => {
  const newer = placeIn('newer', text)
  if (newer !== undefined) return { direction: 'newer', place: newer }
  const older = placeIn('older', text)
  if (older !== undefined) return { direction: 'older', place: older }
  throw new CursorError('a cursor of another list')
}
