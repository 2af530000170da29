import type { Connection } from '../rooms/simulated-client.ts'
import { simulatedBounds } from '../world/simulated-settings.ts'
import type { Received } from '../world/simulated-socket.ts'
import type { SignalRecord } from './signal-person.ts'

type Say = (problem: string) => void

/** The longest time from a request to the push: a late publication, and a slow socket. */
const latestMs = 2_500

/** One push that is put into the queue just below its limit. */
const oneFrame = 300

const roomsOf = (answer: Received): readonly string[] => Object.keys((answer.body?.rooms ?? {}) as object)

const isRemoval = ({ event, body }: Received, user: string): boolean =>
  event === 'remove-users' && ((body?.users ?? []) as readonly string[]).includes(user)

/**
 * A socket gets signals only of rooms that it watches (those of its last answer, and those of requests without an
 * answer), and none between the event that removed its user from a room and the next event of that room.
 */
const checkRooms = ({ socket, sent, userId = '' }: Connection, say: Say): void => {
  const requests = sent.filter(({ event }) => event === 'watch')
  const waiting = new Map(requests.map(({ callerId, content = '[]' }) => [callerId, JSON.parse(content) as string[]]))
  const left = new Set<string>()
  let watched: readonly string[] = []
  for (const frame of socket.frames) {
    const { event, id, room = '', seq } = frame
    if (seq !== undefined && isRemoval(frame, userId)) left.add(room)
    else if (seq !== undefined) left.delete(room)
    else if (event === 'watch' && id !== undefined) {
      if (frame.error === undefined) watched = roomsOf(frame)
      waiting.delete(id)
    } else if (isSignalPush(frame)) {
      if (left.has(room)) say('a socket got a signal of a room that its user has left')
      const isWatched = watched.includes(room) || [...waiting.values()].some((rooms) => rooms.includes(room))
      if (!isWatched) say('a socket got a signal of a room that it does not watch')
    }
  }
}

const checkAges = ({ socket }: Connection, { sentAtMs }: SignalRecord, say: Say): void => {
  for (const { body, atMs } of socket.frames.filter(isSignalPush)) {
    if (body?.kind !== 'x.number') continue
    const { number } = body.data as { readonly number: number }
    const ageMs = atMs - (sentAtMs.get(number) ?? Number.NEGATIVE_INFINITY)
    if (ageMs > latestMs) say(`a signal arrived ${ageMs} ms after it was sent`)
  }
}

const checkQueue = ({ socket }: Connection, say: Say): void => {
  const limit = simulatedBounds.sendQueueBytes / 4 + oneFrame
  if (socket.mostUnsentSignalBytes > limit) say(`${socket.mostUnsentSignalBytes} bytes of signals waited for a socket`)
}

/** Whether the frame is a signal of another user, and not the answer to an own one. */
export const isSignalPush = ({ event, id }: Received): boolean => event === 'signal' && id === undefined

/** Each broken promise about the signals of one socket. */
export const checkSignals = (connection: Connection, record: SignalRecord, say: Say): void => {
  checkRooms(connection, say)
  checkQueue(connection, say)
  if (!record.frozen.has(connection.socket)) checkAges(connection, record, say)
}

/** What the last answers and pushes say of each watched user. */
const knownPresence = (frames: readonly Received[]): ReadonlyMap<string, unknown> => {
  const known = new Map<string, unknown>()
  for (const { event, id, body } of frames) {
    if (event === 'presence') known.set(String(body?.user_id), body?.online)
    if (event !== 'watch' || id === undefined || body === undefined) continue
    known.clear()
    for (const [user, { online }] of Object.entries(body.users as Record<string, { online: unknown }>)) known.set(user, online)
  }
  return known
}

/** Those of the users who share a chat with the viewer. */
export type Visible = (users: readonly string[], viewer: string) => Promise<readonly { readonly id: string }[]>

/**
 * At rest, every open socket knows who is online; a user with whom no chat is
 * shared any more is unknown. Returns the number of users that sockets know about.
 */
export const checkPresence = async (connections: readonly Connection[], visible: Visible, say: Say): Promise<number> => {
  const open = connections.filter(({ socket }) => !socket.isClosed)
  const online = new Set(open.map(({ userId }) => userId))
  let count = 0
  for (const { socket, userId = '' } of open) {
    for (const [user, shown] of knownPresence(socket.frames)) {
      count += 1
      const isHidden = (await visible([user], userId)).length === 0
      const expected = isHidden ? null : online.has(user)
      if (shown !== expected) say(`a user is shown with the presence ${String(shown)}, which is wrong`)
    }
  }
  return count
}
