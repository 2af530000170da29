import type { ChatEvent } from '../../../shared/domain/events.ts'
import { frameEvent } from '../../../shared/domain/events.ts'
import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import type { Connection, Sent } from './simulated-device.ts'
import type { ServerFrame } from './simulated-socket.ts'

/** From the event that adds a user to the one that removes it. */
interface Span {
  readonly from: number
  until: number
}

/** A room's truth: its events by seq, and who was a member when. */
interface RoomTruth {
  readonly events: readonly StoredEvent[]
  /** Per user: seqs at which a membership began and (if it did) ended. */
  readonly spans: ReadonlyMap<string, readonly Span[]>
}

const usersOf = (event: StoredEvent): string[] => {
  const body = JSON.parse(event.data) as { users?: string[]; chat?: { users?: string[] } }
  return event.type === 'ChatCreated' ? (body.chat?.users ?? []) : (body.users ?? [])
}

const truths = (log: readonly StoredEvent[]): Map<string, RoomTruth> => {
  const rooms = new Map<string, { readonly events: StoredEvent[]; readonly spans: Map<string, Span[]> }>()
  for (const event of log) {
    if (event.type === 'UserCreated') continue
    const room = rooms.get(event.stream) ?? { events: [], spans: new Map<string, Span[]>() }
    rooms.set(event.stream, room)
    room.events.push(event)
    if (event.type === 'MessagePosted') continue
    for (const user of usersOf(event)) {
      const spans = room.spans.get(user) ?? []
      room.spans.set(user, spans)
      const open = spans.find((span) => span.until === Number.POSITIVE_INFINITY)
      if (event.type === 'UsersRemoved') {
        if (open !== undefined) open.until = event.seq
      } else if (open === undefined) {
        spans.push({ from: event.seq, until: Number.POSITIVE_INFINITY })
      }
    }
  }
  return rooms
}

const namesSelf = (event: StoredEvent | undefined, user: string, type: readonly string[]): boolean =>
  event !== undefined && type.includes(event.type) && usersOf(event).includes(user)

const joins = ['ChatCreated', 'UsersAdded']

/** What one connection was shown of one room, frame by frame. */
const checkConnection = (connection: Connection, rooms: ReadonlyMap<string, RoomTruth>, say: (problem: string) => void): void => {
  const user = connection.userId
  if (user === undefined) return
  const last = new Map<string, number>()
  const first = new Map<string, number>()
  /** Rooms of which the last word was that they are forbidden. */
  const told = new Set<string>()
  const resumes = connection.sent.filter((sent) => sent.seen !== undefined)

  const mayStart = (room: string, truth: RoomTruth, seq: number): boolean => {
    if (namesSelf(truth.events[seq - 1], user, joins)) return true
    if (resumes.some(({ seen }) => seen?.[room] === seq - 1)) return true
    const before = connection.headsBefore.get(room) ?? 0
    const atAnswer = connection.headsAtAnswer?.get(room) ?? 0
    return last.get(room) === undefined && seq > before && seq <= atAnswer + 1
  }

  const checkFeed = (frame: ServerFrame & { room: string; seq: number }): void => {
    const { room, seq } = frame
    const truth = rooms.get(room)
    const event = truth?.events[seq - 1]
    if (truth === undefined || event === undefined) return say(`${room} ${seq}: no such event`)
    if (frameEvent[event.type as ChatEvent['type']] !== frame.event || JSON.stringify(frame.body) !== event.data)
      say(`${room} ${seq}: not what is stored`)
    const previous = last.get(room)
    const isNext = previous !== undefined && seq === previous + 1
    if (!isNext && !mayStart(room, truth, seq)) say(`${room}: ${seq} after ${previous}`)
    const spans = truth.spans.get(user) ?? []
    if (!spans.some(({ until }) => seq <= until)) say(`${room} ${seq}: after the user's last removal`)
    last.set(room, seq)
    if (previous === undefined) first.set(room, seq)
    told.delete(room)
  }

  const checkResumeAnswer = (frame: ServerFrame): void => {
    const { rooms: results, others = {} } = frame.body as {
      rooms: Record<string, { seq: number; recovered: boolean; reason?: string }>
      others?: Record<string, number>
    }
    for (const [room, head] of Object.entries(others)) {
      const start = first.get(room)
      if (start === undefined) last.set(room, head)
      else if (start !== head + 1) say(`${room}: said to go on after ${head}, but it did with ${start}`)
    }
    for (const [room, { seq, recovered, reason }] of Object.entries(results)) {
      if (reason === 'forbidden') {
        // What the room still owed, up to the removal, may follow in its order, but need not.
        told.add(room)
        continue
      }
      const asked = resumes.find(({ callerId }) => callerId === frame.id)?.seen?.[room]
      if (recovered && last.get(room) !== seq && asked !== seq)
        say(`${room}: said to be recovered to ${seq}, but ${last.get(room)} was last`)
      last.set(room, seq)
    }
  }

  for (const frame of connection.socket.frames) {
    if (frame.seq !== undefined && frame.room !== undefined) checkFeed(frame as ServerFrame & { room: string; seq: number })
    else if (frame.event === 'resume' && frame.body !== undefined) checkResumeAnswer(frame)
  }
  if (!connection.socket.isClosed) checkEnd(connection, user, rooms, last, told, say)
}

/** After the calm: every member has everything, and who left was told. */
const checkEnd = (
  connection: Connection,
  user: string,
  rooms: ReadonlyMap<string, RoomTruth>,
  last: ReadonlyMap<string, number>,
  told: ReadonlySet<string>,
  say: (problem: string) => void,
): void => {
  for (const [room, truth] of rooms) {
    const seen = last.get(room)
    const head = truth.events.length
    const isMember = truth.spans.get(user)?.some(({ until }) => until === Number.POSITIVE_INFINITY) ?? false
    const wasThereAtBind = (connection.headsAtAnswer?.get(room) ?? 0) >= head
    if (isMember && seen !== head && !(seen === undefined && wasThereAtBind)) say(`${room}: ends at ${seen}, the room at ${head}`)
    if (!isMember && seen !== undefined && !told.has(room) && !namesSelf(truth.events[seen - 1], user, ['UsersRemoved'])) {
      // Who fell behind before a later membership began may not read that far: his place ends untold.
      const lastSpan = truth.spans.get(user)?.at(-1)
      const isOwed = lastSpan !== undefined && lastSpan.until > seen && lastSpan.from <= seen + 1
      if (isOwed) say(`${room}: ends at ${seen}, but the user was removed later`)
    }
  }
}

/** Every request is settled once; what was refused everywhere never happened; what was confirmed did. */
const checkSends = (connections: readonly Connection[], log: readonly StoredEvent[], say: (problem: string) => void): void => {
  const stored = new Map(log.map((event) => [`${event.stream} ${event.commandId}`, event]))
  const outcomes = new Map<string, (string | undefined)[]>()
  for (const connection of connections) {
    for (const sent of connection.sent) {
      const frames = connection.socket.frames.filter(({ id }) => id === sent.callerId)
      const expected = sent.event === 'create-user' && sent.seen !== undefined ? 2 : 1
      const isRefused = frames[0]?.error !== undefined
      if (frames.length > expected) say(`${sent.event} ${sent.callerId}: settled ${frames.length} times`)
      if (!connection.socket.isClosed && frames.length < expected && !isRefused)
        say(`${sent.event} ${sent.callerId}: not settled`)
      checkConfirmation(sent, frames, stored, say)
      if (sent.commandId === undefined) continue
      const key = `${sent.room} ${sent.commandId}`
      outcomes.set(key, [...(outcomes.get(key) ?? []), frames[0]?.error?.code])
    }
  }
  for (const [key, codes] of outcomes) {
    if (codes.every((code) => code === 'unavailable') && stored.has(key)) say(`${key}: refused at every sending, but stored`)
  }
}

const checkConfirmation = (
  sent: Sent,
  frames: readonly ServerFrame[],
  stored: ReadonlyMap<string, StoredEvent>,
  say: (problem: string) => void,
): void => {
  if (sent.commandId === undefined) return
  for (const { body } of frames) {
    const event = stored.get(`${sent.room} ${sent.commandId}`)
    if (body !== undefined && JSON.stringify(body) !== event?.data) say(`${sent.commandId}: confirmed otherwise than stored`)
  }
}

/** Of two messages that one socket sent to one room, each once, the first stands first. */
const checkSenderOrder = (
  connections: readonly Connection[],
  log: readonly StoredEvent[],
  say: (problem: string) => void,
): void => {
  const times = new Map<string, number>()
  for (const { sent } of connections)
    for (const { commandId } of sent) if (commandId !== undefined) times.set(commandId, (times.get(commandId) ?? 0) + 1)
  const seqs = new Map(log.map((event) => [`${event.stream} ${event.commandId}`, event.seq]))
  for (const { sent } of connections) {
    const last = new Map<string, number>()
    for (const { room, commandId } of sent) {
      if (room === undefined || commandId === undefined || times.get(commandId) !== 1) continue
      const seq = seqs.get(`${room} ${commandId}`)
      if (seq === undefined) continue
      if (seq < (last.get(room) ?? 0)) say(`${room}: ${commandId} at ${seq} overtook an earlier one of its socket`)
      last.set(room, seq)
    }
  }
}

/** What is wrong with a run; empty: nothing. */
export const simulationProblems = (connections: readonly Connection[], log: readonly StoredEvent[]): string[] => {
  const problems: string[] = []
  const rooms = truths(log)
  for (const [room, { events }] of rooms) {
    for (const [index, { seq }] of events.entries())
      if (seq !== index + 1) problems.push(`${room}: the store has ${seq} at place ${index + 1}`)
  }
  for (const [index, connection] of connections.entries()) {
    checkConnection(connection, rooms, (problem) => problems.push(`connection ${index} (${connection.user}): ${problem}`))
  }
  checkSends(connections, log, (problem) => problems.push(problem))
  checkSenderOrder(connections, log, (problem) => problems.push(problem))
  return problems
}
