import { crc32 } from 'node:zlib'
import { feedFrameText } from '../../../shared/frames/room-event-frame.ts'
import type { Entry } from '../load/entry.ts'
import type { Load } from '../load/load.ts'
import { idBytes } from '../load/parse-frame.ts'
import type { RunIds } from '../load/run-ids.ts'
import type { ListedParts } from './listed-parts.ts'
import { listedCrcOf } from './listed-parts.ts'

/** A message of a list, as the service answers it. */
export interface Listed extends ListedParts {
  readonly seq: number
  readonly id: string
  readonly [field: string]: unknown
}

type ListedEntry = Pick<Entry, 'kind' | 'seq' | 'command' | 'crc'>

const pageEntries = 200

/** The text of the feed frame of a listed message's content. */
const frameOfListed = (
  roomId: string,
  { seq, reactions: _r, my_reactions: _m, replies: _t, pinned: _p, ...content }: Listed,
): string => feedFrameText('new-message', roomId, seq, JSON.stringify(content))

/** The fields of an entry that a listed message decides; `commandAt` finds the number of its command. */
export const listedEntry = (roomId: string, listed: Listed, commandAt: RunIds['commandAt']): ListedEntry => {
  const contentCrc = crc32(frameOfListed(roomId, listed).slice(1))
  return { kind: 'listed', seq: listed.seq, command: commandAt(idBytes(listed.id), 0), crc: listedCrcOf(contentCrc, listed) }
}

/** The answer to `list-messages`. */
export interface ListPage {
  readonly messages?: readonly Listed[]
  readonly as_of?: number
}

/** Records a page for the checker; returns each message as the text of the feed frame of its content. */
export const recordPage = (
  load: Load,
  room: number,
  user: number,
  page: ListPage | undefined,
  operation = load.context.next.operation(),
): readonly string[] => {
  const { ids, history, now } = load.context
  const { messages = [], as_of: asOf } = page ?? {}
  const roomId = ids.room(room)
  const entry = { at: now(), user, room, operation }
  // A version of the service without message changes answers no `as_of`.
  if (asOf !== undefined) history.append({ ...entry, kind: 'page', seq: asOf })
  return messages.map((message) => {
    history.append({ ...entry, ...listedEntry(roomId, message, ids.commandAt) })
    return frameOfListed(roomId, message)
  })
}

/** Reads all messages of a room and records them; returns each as the text of the feed frame of its content. */
export const readList = async (load: Load, room: number, user: number): Promise<readonly string[]> => {
  const device = load.devices.get(user)
  if (device === undefined) throw new Error(`user ${user} is not of this process`)
  const roomId = load.context.ids.room(room)
  const operation = load.context.next.operation()
  const frames: string[] = []
  let after = 0
  for (;;) {
    const { body, error } = await device.ask('list-messages', { chat: { id: roomId }, query: { after, limit: pageEntries } })
    if (error !== undefined) throw new Error(`list-messages of room ${roomId}: ${error.code}`)
    const page: ListPage = body ?? {}
    frames.push(...recordPage(load, room, user, page, operation))
    after = page.messages?.at(-1)?.seq ?? after
    if (body?.next_cursor === undefined) return frames
  }
}
