import { z } from 'zod'
import { roleNames } from '../../../shared/domain/roles.ts'
import { CursorError } from '../../../shared/ports/read-model.ts'

const places = {
  chats: z.object({ list: z.literal('chats'), at: z.string(), id: z.string() }),
  messages: z.object({
    list: z.literal('messages'),
    isForward: z.boolean(),
    from: z.string().optional(),
    to: z.string().optional(),
    after: z.int().min(0).optional(),
    before: z.int().min(0).optional(),
    thread: z.string().optional(),
    replies: z.boolean().optional(),
    pinned: z.boolean().optional(),
  }),
  members: z.object({
    list: z.literal('members'),
    from: z.int().min(0),
    role: z.enum(roleNames).optional(),
    banned: z.boolean().optional(),
  }),
  blocks: z.object({ list: z.literal('blocks'), user: z.string() }),
  details: z.object({ list: z.literal('details'), from: z.int().min(0), reaction: z.string().optional() }),
} as const

type List = keyof typeof places
type Place<Name extends List> = z.output<(typeof places)[Name]>

/** A cursor: the position from which a list continues, with the rest of its range. */
export const writeCursor = <Name extends List>(list: Name, place: Omit<Place<Name>, 'list'>): string =>
  Buffer.from(JSON.stringify({ list, ...place })).toString('base64url')

/** Throws `CursorError` if `writeCursor` has not created the cursor for this list. */
export const readCursor = <Name extends List>(list: Name, cursor: string): Place<Name> => {
  const parsed = places[list].safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()))
  if (!parsed.success) throw new CursorError('the cursor was not made by this list')
  return parsed.data as Place<Name>
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
