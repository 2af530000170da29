import { crc32 } from 'node:zlib'
import { feedFrameText } from '../../../shared/frames/room-event-frame.ts'
import type { Entry } from '../load/entry.ts'
import type { Load } from '../load/load.ts'
import { idBytes } from '../load/parse-frame.ts'
import type { RunIds } from '../load/run-ids.ts'

/** A message of a list, as the service answers it. */
export interface Listed {
  readonly seq: number
  readonly id: string
  readonly [field: string]: unknown
}

type ListedEntry = Pick<Entry, 'kind' | 'seq' | 'command' | 'crc'>

const pageEntries = 200

/** All pages of a room's messages, as a member reads them. */
const readPages = async (load: Load, user: number, roomId: string): Promise<readonly Listed[]> => {
  const device = load.devices.get(user)
  if (device === undefined) throw new Error(`user ${user} is not of this process`)
  const messages: Listed[] = []
  for (;;) {
    const query = { after: messages.at(-1)?.seq ?? 0, limit: pageEntries }
    const { body, error } = await device.ask('list-messages', { chat: { id: roomId }, query })
    if (error !== undefined) throw new Error(`list-messages of room ${roomId}: ${error.code}`)
    messages.push(...((body?.messages ?? []) as Listed[]))
    if (body?.next_cursor === undefined) return messages
  }
}

/** The text of the feed frame of a listed message. */
const frameOfListed = (roomId: string, { seq, ...body }: Listed): string =>
  feedFrameText('new-message', roomId, seq, JSON.stringify(body))

/** The fields of an entry that a listed message decides; `commandAt` finds the number of its command. */
export const listedEntry = (roomId: string, listed: Listed, commandAt: RunIds['commandAt']): ListedEntry => {
  const crc = crc32(frameOfListed(roomId, listed).slice(1))
  return { kind: 'listed', seq: listed.seq, command: commandAt(idBytes(listed.id), 0), crc }
}

/** Records the entries of a list for the checker; returns each as the text of its feed frame. */
export const recordList = (load: Load, room: number, user: number, listed: unknown): readonly string[] => {
  const { ids, history, next, now } = load.context
  const roomId = ids.room(room)
  const operation = next.operation()
  return (listed as readonly Listed[]).map((message) => {
    history.append({ ...listedEntry(roomId, message, ids.commandAt), at: now(), user, room, operation })
    return frameOfListed(roomId, message)
  })
}

/** Reads all messages of a room and records them; returns each as the text of its feed frame. */
export const readList = async (load: Load, room: number, user: number): Promise<readonly string[]> =>
  recordList(load, room, user, await readPages(load, user, load.context.ids.room(room)))
