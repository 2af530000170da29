import type { ResumeReason } from '../protocol/answers.ts'
import { createChatLookUp } from './chat-look-up.ts'
import type { FrameBody } from './frames.ts'
import type { ListedChat } from './history.ts'
import { messagesIn } from './history.ts'
import type { InternalRequestsDeps } from './internal-requests.ts'
import { createInternalRequests } from './internal-requests.ts'
import type { Link } from './link.ts'
import type { CreateRequest } from './outgoing-request.ts'
import type { Rooms } from './rooms.ts'
import type { CountedUnread } from './unread-state.ts'

/** The `resume` within `create-user`. */
export interface ResumeBody {
  readonly rooms: Readonly<Record<string, number>>
  readonly epoch?: string
  readonly max: number
}

interface CatchUpRoom {
  readonly seq: number
  readonly recovered: boolean
  readonly reason?: ResumeReason
}

interface ResumeAnswer {
  readonly rooms: Readonly<Record<string, CatchUpRoom>>
  readonly others?: Readonly<Record<string, number>>
  /** In rooms that are absent, everything is read. */
  readonly unread?: Readonly<Record<string, Omit<CountedUnread, 'asOf'>>>
  readonly epoch: string
}

/**
 * Gets missing frames and chats: resumes rooms, reads from history if too many
 * frames were missed, and looks up chats that the application does not know.
 *
 * Promises:  repeats a request until it is answered or the link closes; one
 *            resume and one look-up at a time.
 * Does not:  keep frames; a frame that came too early is requested again.
 */
export interface CatchUp {
  /** The resume for the `create-user` of a new link. */
  resumeBody(): ResumeBody
  /** The user is bound on this link; the answer to its resume has this id. */
  connected(link: Link, id: string): void
  disconnected(): void
  /** Frames of this room are missing, or its chat is not known. */
  requestResume(room: string): void
  /** The received frames of this room may differ from the stored ones: its feed continues after `seq`, and its chat is looked up again. */
  reset(room: string, seq: number): void
}

/** The parts of a client that catching up uses, and its bound. */
export interface CatchUpDeps extends InternalRequestsDeps {
  readonly rooms: Rooms
  readonly me: () => string
  readonly request: CreateRequest
  /** The service has counted the unread messages of a room. */
  readonly counted: (room: string, counts: CountedUnread) => void
  /** Missed frames of one room that are resumed; if more were missed, they are read from history. */
  readonly maxFrames: number
}

/** The most that the service accepts in one frame, and returns in one page. */
const roomsPerResume = 500
const messagesPerPage = 200

export const createCatchUp = (deps: CatchUpDeps): CatchUp => {
  const { rooms, me, request, counted, maxFrames } = deps
  const requests = createInternalRequests(deps)
  const wanted = new Set<string>()
  let epoch: string | undefined
  /** The rooms of the resume in flight; undefined if there is none. */
  let resuming: ReadonlySet<string> | undefined
  let isLookingUp = false
  /** True while several rooms are handled, so that their requests are sent together afterwards. */
  let isGathering = false

  const together = (act: () => void): void => {
    isGathering = true
    act()
    isGathering = false
    proceed()
  }

  const lookUp = createChatLookUp({
    requests,
    request,
    me,
    found: (chats) =>
      together(() => {
        for (const chat of chats) introduce(chat)
      }),
    gone: rooms.leave,
  })

  const introduce = ({ unread, mentions, read, ...chat }: ListedChat): void => {
    if (unread !== undefined && mentions !== undefined && read !== undefined)
      counted(chat.id, { unread, mentions, read, asOf: chat.seq })
    rooms.introduce(chat)
  }

  const countUnread = ({ rooms: named, others, unread }: ResumeAnswer): void => {
    if (unread === undefined) return
    const heads = Object.entries(named).map(([room, { seq }]) => [room, seq] as const)
    for (const [room, asOf] of [...heads, ...Object.entries(others ?? {})])
      counted(room, { ...(unread[room] ?? { unread: 0, mentions: 0, read: { gen: 0, seq: asOf } }), asOf })
  }

  const bodyFor = (named: readonly (readonly [string, number])[]): ResumeBody => ({
    rooms: Object.fromEntries(named),
    ...(epoch === undefined ? {} : { epoch }),
    max: maxFrames,
  })

  const resumed = (body: FrameBody): void => {
    const answer = body as unknown as ResumeAnswer
    const { rooms: results, others, epoch: current } = answer
    const isOtherStore = epoch !== undefined && epoch !== current
    epoch = current
    resuming = undefined
    together(() => {
      for (const [room, result] of Object.entries(results)) conclude(room, result)
      if (others !== undefined) continueOthers(results, others, isOtherStore)
      countUnread(answer)
    })
  }

  /** The rooms that the resume did not name. A followed room that is not among them may have ended. */
  const continueOthers = (named: object, others: Readonly<Record<string, number>>, isOtherStore: boolean): void => {
    for (const [room, seq] of Object.entries(others)) {
      if (isOtherStore) rooms.reset(room, seq, 'epoch')
      rooms.continueFrom(room, seq)
    }
    for (const [room] of rooms.following()) if (!(room in named) && !(room in others)) wanted.add(room)
  }

  const conclude = (room: string, { seq, recovered, reason }: CatchUpRoom): void => {
    if (recovered) return
    if (reason === 'forbidden') return rooms.leave(room)
    if (reason !== 'too_many') return rooms.reset(room, seq, reason ?? 'epoch')
    rooms.startFilling(room, seq)
    readHole(room, seq)
  }

  const readHole = (room: string, upTo: number): void => {
    if (!rooms.isFilling(room)) return
    const query = { after: rooms.lastOf(room), before: upTo + 1, limit: messagesPerPage }
    const read = (body: FrameBody): void => {
      for (const message of messagesIn(room, body)) rooms.fill(message)
      if (body.next_cursor !== undefined) return readHole(room, upTo)
      rooms.filled(room, upTo)
      proceed()
    }
    requests.ask(
      () => request('list-messages', { chat: { id: room }, query }),
      read,
      () => rooms.leave(room),
    )
  }

  const resumeNext = (): void => {
    if (resuming !== undefined) return
    for (const room of wanted) if (!rooms.isFollowed(room)) wanted.delete(room)
    const named = [...wanted].slice(0, roomsPerResume)
    if (named.length === 0) return
    for (const room of named) wanted.delete(room)
    resuming = new Set(named)
    requests.ask(() => request('resume', bodyFor(named.map((room) => [room, rooms.lastOf(room)]))), resumed)
  }

  const lookUpNext = (): void => {
    const sought = new Set(rooms.roomsToLookUp())
    if (isLookingUp || sought.size === 0) return
    isLookingUp = true
    lookUp(sought, () => {
      isLookingUp = false
      proceed()
    })
  }

  const proceed = (): void => {
    if (!requests.isConnected || isGathering) return
    resumeNext()
    lookUpNext()
  }

  const disconnected = (): void => {
    requests.disconnected()
    resuming = undefined
    isLookingUp = false
    wanted.clear()
    rooms.disconnected()
  }

  return {
    resumeBody: () => bodyFor(rooms.following().slice(0, roomsPerResume)),
    connected: (link, id) => {
      disconnected()
      requests.connected(link)
      resuming = new Set(rooms.following().map(([room]) => room))
      requests.expect('resume', id, resumed)
    },
    disconnected,
    requestResume: (room) => {
      if (resuming?.has(room) === true) return
      wanted.add(room)
      proceed()
    },
    reset: (room, seq) => {
      rooms.reset(room, seq, 'ahead')
      proceed()
    },
  }
}
