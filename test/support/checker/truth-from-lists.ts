import { feedFrameText } from '../../../shared/ports/publications.ts'
import type { Load } from '../load/load.ts'
import type { Truth } from './truth.ts'
import { truthBuilder } from './truth-builder.ts'

interface Listed {
  readonly seq: number
  readonly [field: string]: unknown
}

/** All messages of a room as a member is shown them, page by page. */
export const listRoom = async (load: Load, room: number, user: number): Promise<readonly Listed[]> => {
  const device = load.devices.get(user)
  if (device === undefined) throw new Error(`user ${user} is not of this process`)
  const messages: Listed[] = []
  for (;;) {
    const query = { after: messages.at(-1)?.seq ?? 0, limit: 200 }
    const { body, error } = await device.ask('list-messages', { chat: { id: load.context.ids.room(room) }, query })
    if (error !== undefined) throw new Error(`list-messages of room ${room}: ${error.code}`)
    messages.push(...((body?.messages ?? []) as Listed[]))
    if (body?.next_cursor === undefined) return messages
  }
}

/** The text of the frame that such an entry came in. */
export const frameOfListed = (roomId: string, { seq, ...body }: Listed): string =>
  feedFrameText('new-message', roomId, seq, JSON.stringify(body))

const seqOf = (frame: string): number => Number(/"seq":(\d+)/.exec(frame)?.[1])

/**
 * The truth as clients can ask for it: messages from the lists, and the events
 * between them, which lists do not show, as sockets saw them. For services
 * whose store cannot be reached.
 */
export const truthFromLists = async (load: Load, userOf: ReadonlyMap<string, number>): Promise<Truth> => {
  const { ids, membershipFrames } = load.context
  const builder = truthBuilder(ids, userOf)
  const changes = Map.groupBy(membershipFrames, ([place]) => Number(place.split(' ')[0]))
  for (const [room, [user = 0]] of load.crowd.members) {
    const listed = await listRoom(load, room, user)
    const frames = [
      ...listed.map((message) => frameOfListed(ids.room(room), message)),
      ...(changes.get(room) ?? []).map(([, frame]) => frame),
    ]
    for (const frame of frames.sort((a, b) => seqOf(a) - seqOf(b))) builder.add(frame)
  }
  return builder.build()
}
