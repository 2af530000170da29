import type { Deceptions } from './check-deceptions.ts'
import type { RoomTruth, Truths } from './room-truths.ts'
import { membershipDuring } from './room-truths.ts'
import type { Connection, Sent } from './simulated-client.ts'
import { simulatedBounds, simulatedTimes } from './simulated-settings.ts'
import type { Received } from './simulated-socket.ts'

export type Say = (problem: string) => void

interface FeedFrame extends Received {
  readonly room: string
  readonly seq: number
}

interface ResumedRoom {
  readonly seq: number
  readonly recovered: boolean
  readonly reason?: string
}

const isFeed = (frame: Received): frame is FeedFrame => frame.seq !== undefined && frame.room !== undefined

/** Bytes that may exceed the bound of the send queue: the last frame of a page, the live frame that sets followers behind, and frames that join rooms. */
const passingBytes = 4 * 700

const joins: ReadonlySet<string> = new Set(['create-chat', 'add-users'])

/** Compares the feed frames of one bound connection with the stored events, frame by frame. */
export const checkFeeds = (connection: Connection, truths: Truths, say: Say, deceptions?: Deceptions): void => {
  const { frames } = connection.socket
  const user = connection.userId
  if (user === undefined) {
    if (frames.some(isFeed)) say('feed frames on a socket that no user was bound to')
    return
  }
  const last = new Map<string, number>()
  const first = new Map<string, number>()
  /** Rooms that the last answer reported as forbidden. */
  const forbidden = new Set<string>()
  const bound = frames.find(({ event, body }) => event === 'create-user' && body !== undefined)
  const binding = connection.sent.find(({ callerId }) => callerId === bound?.id)
  const open = new Map(connection.sent.flatMap((sent) => (sent.resume === undefined ? [] : [[sent.callerId, sent]])))

  const isJoin = (truth: RoomTruth, seq: number): boolean => {
    const event = truth.events[seq - 1]
    return event !== undefined && joins.has(event.event) && event.users.includes(user)
  }
  /** A room that no resume named continues from the head that was read before the answer to `create-user`. */
  const isFromBinding = (room: string, truth: RoomTruth, seq: number): boolean => {
    if (binding === undefined || connection.answeredAtMs === undefined || last.has(room) || forbidden.has(room)) return false
    if (Object.hasOwn(binding.resume?.rooms ?? {}, room)) return false
    return seq > truth.headAt(binding.atMs - 1) && seq <= truth.headAt(connection.answeredAtMs) + 1
  }
  const mayStart = (frame: FeedFrame, truth: RoomTruth): boolean => {
    const { room, seq } = frame
    if (isJoin(truth, seq) && seq > (last.get(room) ?? 0)) return true
    if ([...open.values()].some((sent) => sent.atMs <= frame.atMs && sent.resume?.rooms[room] === seq - 1)) return true
    return isFromBinding(room, truth, seq)
  }

  const checkFeed = (frame: FeedFrame): void => {
    const { room, seq, atMs } = frame
    const truth = truths.get(room)
    if (deceptions?.isForged(frame) === true) {
      // The first frame of a room on this socket may be forged as well.
      if (seq !== (last.get(room) ?? seq - 1) + 1) say(`${room}: forged ${seq} after ${last.get(room)}`)
      last.set(room, seq)
      if (!first.has(room)) first.set(room, seq)
      return
    }
    const event = truth?.events[seq - 1]
    if (truth === undefined || event === undefined) return say(`${room} ${seq}: no such event`)
    if (event.event !== frame.event || JSON.stringify(frame.body) !== event.data) say(`${room} ${seq}: not what is stored`)
    if (
      frame.id !== undefined &&
      !connection.sent.some(({ callerId, commandId }) => callerId === frame.id && commandId === event.commandId)
    )
      say(`${room} ${seq}: carries an id that is not its own`)
    const previous = last.get(room)
    const isNext = previous !== undefined && seq === previous + 1 && !forbidden.has(room)
    if (!isNext && !mayStart(frame, truth)) say(`${room}: ${seq} after ${previous}`)
    // A client starts at the frame that adds it.
    if (!isNext && isJoin(truth, seq)) deceptions?.reset(room, seq, atMs)
    const spans = truth.spans.get(user) ?? []
    // A member may read the whole history of the room, but only after it joined.
    const isAllowed = spans.some((span) => seq <= span.until && (span.from <= seq || span.fromMs <= atMs))
    if (!isAllowed) say(`${room} ${seq}: not for this user`)
    last.set(room, seq)
    if (!first.has(room)) first.set(room, seq)
    forbidden.delete(room)
  }

  const checkForbidden = (sent: Sent, room: string, atMs: number): void => {
    const truth = truths.get(room)
    if (membershipDuring(truth, user, sent.atMs, atMs).always) say(`${room}: said to be forbidden to a member`)
    const seen = last.get(room) ?? 0
    const joined = truth?.spans.get(user)?.findLast((span) => span.from <= seen)
    // The membership is newer than the answer.
    if (joined !== undefined && joined.fromMs > sent.atMs && joined.untilMs > atMs)
      say(`${room}: said to be forbidden after a frame that added the user`)
    forbidden.add(room)
  }

  const checkRecovered = (sent: Sent, room: string, { seq, recovered, reason }: ResumedRoom, atMs: number): void => {
    const truth = truths.get(room)
    const asked = sent.resume?.rooms[room] ?? 0
    const max = sent.resume?.max ?? 0
    if (!membershipDuring(truth, user, sent.atMs, atMs).ever) say(`${room}: resumed by one who is no member`)
    if (seq < (truth?.headAt(sent.atMs - 1) ?? 0) || seq > (truth?.headAt(atMs) ?? 0)) say(`${room}: ${seq} was not its head`)
    const seen = last.get(room)
    const isDeceived = deceptions?.isDeceived(room) === true
    if (recovered && seen !== seq && asked !== seq) {
      if (deceptions === undefined) say(`${room}: said to be recovered to ${seq}, but ${seen} was last`)
      else deceptions.owe(room, seq)
    }
    if (!recovered && !isDeceived && (seen ?? 0) > seq) say(`${room}: goes on after ${seq}, but ${seen} was there before`)
    const honest =
      reason === undefined
        ? recovered
        : reason === 'ahead'
          ? asked > seq
          : reason === 'too_many'
            ? seq - asked > max
            : sent.resume?.epoch !== undefined
    if (reason === 'ahead' || reason === 'epoch') deceptions?.reset(room, seq, atMs)
    if (!honest) say(`${room}: ${reason ?? 'not recovered'} is not why`)
    last.set(room, seq)
    forbidden.delete(room)
  }

  const checkResumeAnswer = (frame: Received): void => {
    const sent = open.get(frame.id ?? '')
    if (sent === undefined) return say('an answer to a resume that was not sent')
    open.delete(sent.callerId)
    const { rooms, others = {} } = frame.body as { rooms: Record<string, ResumedRoom>; others?: Record<string, number> }
    for (const [room, head] of Object.entries(others)) {
      const start = first.get(room)
      if (start === undefined) last.set(room, head)
      else if (start !== head + 1) say(`${room}: said to go on after ${head}, but it did with ${start}`)
    }
    for (const room of Object.keys(sent.resume?.rooms ?? {}))
      if (!Object.hasOwn(rooms, room)) say(`${room}: left out of a resume's answer`)
    for (const [room, result] of Object.entries(rooms)) {
      if (result.reason === 'forbidden') checkForbidden(sent, room, frame.atMs)
      else checkRecovered(sent, room, result, frame.atMs)
    }
  }

  /** A command is confirmed by its own feed frame if that frame is still to come, and by an answer otherwise. */
  const checkAnswer = (frame: Received): void => {
    const sent = connection.sent.find(({ callerId }) => callerId === frame.id)
    const truth = truths.get(sent?.room ?? '')
    const seq = truth?.events.find(({ commandId }) => commandId === sent?.commandId)?.seq
    const seen = last.get(sent?.room ?? '')
    if (sent?.room === undefined || truth === undefined || seq === undefined || seen === undefined) return
    // A resume in progress may skip the seq.
    const isMoving = [...open.values()].some(({ resume }) => Object.hasOwn(resume?.rooms ?? {}, sent.room ?? ''))
    const isPast =
      seq <= seen || isMoving || forbidden.has(sent.room) || frame.atMs - sent.atMs >= simulatedTimes.commandDeadlineMs
    // No further frames of an ended membership arrive once another one began.
    const membership = truth.spans.get(user)?.findLast(({ fromMs }) => fromMs <= frame.atMs)
    const isFollowing = membership !== undefined && membership.from <= seen && membership.until >= seq
    if (!isPast && isFollowing) say(`${sent.room} ${seq}: answered although its frame was to come`)
  }

  const checkReset = (frame: Received): void => {
    const { room, seq } = frame.body as { room: string; seq: number }
    if (deceptions === undefined) return say(`${room}: reset to ${seq} without a cause`)
    deceptions.reset(room, seq, frame.atMs)
    last.set(room, seq)
    forbidden.delete(room)
  }

  for (const frame of frames) {
    if (isFeed(frame)) checkFeed(frame)
    else if (frame.event === 'reset') checkReset(frame)
    else if (frame.error !== undefined) open.delete(frame.id ?? '')
    else if (frame.event === 'resume') checkResumeAnswer(frame)
    else checkAnswer(frame)
  }
  if (connection.socket.mostUnsentFeedBytes > simulatedBounds.sendQueueBytes + passingBytes)
    say(`${connection.socket.mostUnsentFeedBytes} bytes of feeds waited for the socket`)
  if (!connection.socket.isClosed) deceptions?.checkEnd()
  if (!connection.socket.isClosed) checkEnd(connection, user, truths, last, forbidden, say)
}

/** At the end of the run every member has the last event, and every removed user received the removal. */
const checkEnd = (
  connection: Connection,
  user: string,
  truths: Truths,
  last: ReadonlyMap<string, number>,
  forbidden: ReadonlySet<string>,
  say: Say,
): void => {
  for (const [room, truth] of truths) {
    const seen = last.get(room)
    const head = truth.events.length
    const lastSpan = truth.spans.get(user)?.at(-1)
    const isMember = lastSpan?.until === Number.POSITIVE_INFINITY
    const wasThereAtBind = truth.headAt(connection.answeredAtMs ?? 0) >= head
    if (isMember && seen !== head && !(seen === undefined && wasThereAtBind)) say(`${room}: ends at ${seen}, the room at ${head}`)
    if (isMember || seen === undefined || forbidden.has(room) || lastSpan === undefined) continue
    // A user who fell behind before a later membership began may not read that far, so no frame reports its end.
    // A membership that began and ended while the gateway received nothing need not be shown.
    const isRemoval = truth.spans.get(user)?.some(({ until }) => until === seen)
    const isOwed = isRemoval !== true && lastSpan.until > seen && lastSpan.from <= seen + 1
    if (isOwed) say(`${room}: ends at ${seen}, but the user was removed at ${lastSpan.until}`)
  }
}
