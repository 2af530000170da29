import { crc32 } from 'node:zlib'
import { feedFrameText } from '../../../shared/frames/room-event-frame.ts'
import type { Load } from '../load/load.ts'
import { idBytes } from '../load/parse-frame.ts'

interface Listed {
  readonly seq: number
  readonly id: string
  readonly [field: string]: unknown
}

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

/** Records the entries of a list for the checker; returns each as the text of its feed frame. */
export const recordList = (load: Load, room: number, user: number, listed: unknown): readonly string[] => {
  const { ids, history, next, now } = load.context
  const roomId = ids.room(room)
  const operation = next.operation()
  return (listed as readonly Listed[]).map(({ seq, ...body }) => {
    const frame = feedFrameText('new-message', roomId, seq, JSON.stringify(body))
    const command = ids.commandAt(idBytes(body.id), 0)
    history.append({ kind: 'listed', at: now(), user, room, seq, command, crc: crc32(frame.slice(1)), operation })
    return frame
  })
}

/** Reads all messages of a room and records them; returns each as the text of its feed frame. */
export const readList = async (load: Load, room: number, user: number): Promise<readonly string[]> =>
  recordList(load, room, user, await readPages(load, user, load.context.ids.room(room)))
