import { crc32 } from 'node:zlib'
import pg from 'pg'
import { feedFrameText } from '../../../shared/frames/room-event-frame.ts'
import type { FeedReport, RoomReport } from '../load/feed-log.ts'

interface StoredMessage {
  readonly seq: string
  readonly data: string
}

const storedOf = async (client: pg.Client, room: string): Promise<readonly StoredMessage[]> => {
  const text = `select seq, data from event where stream = $1 and type = 'MessagePosted' order by seq`
  return (await client.query<StoredMessage>(text, [room])).rows
}

/** The CRC of the bytes that every member must have received. */
const crcOf = (room: string, messages: readonly StoredMessage[]): number =>
  messages.reduce((crc, { seq, data }) => {
    // The frame for the sender has the request id before this part.
    const common = feedFrameText('new-message', room, Number(seq), data).slice(1)
    return crc32(common, crc)
  }, 0)

const compareRoom = ({ room, messages, last, crcs }: RoomReport, stored: readonly StoredMessage[]): readonly string[] => {
  const problems: string[] = []
  if (stored.length !== messages) problems.push(`${room}: ${messages} messages were sent and ${stored.length} are stored`)
  const head = Number(stored.at(-1)?.seq ?? last)
  if (head !== last) problems.push(`${room}: the last stored seq is ${head}, the last received seq ${last}`)
  const wanted = crcs.length === 0 ? 0 : crcOf(room, stored)
  if (crcs.some((crc) => crc !== wanted))
    problems.push(`${room}: the bytes that a member received differ from those in the store`)
  return problems
}

/** Compares the frames that members received with the stored events; byte for byte for members that check bytes. */
export const compareWithStore = async (databaseUrl: string, { rooms }: FeedReport): Promise<readonly string[]> => {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const problems: string[] = []
    for (const room of rooms) problems.push(...compareRoom(room, await storedOf(client, room.room)))
    return problems
  } finally {
    await client.end()
  }
}
