import type { Message } from '../domain/events.ts'
import type { ResumeReason } from '../protocol/answers.ts'
import type { AskerPorts } from './asker.ts'
import { createAsker } from './asker.ts'
import { createChatLookUp } from './chat-look-up.ts'
import type { Body } from './frames.ts'
import type { Link } from './link.ts'
import type { CreateRequest } from './requests.ts'
import type { Rooms } from './rooms.ts'

/** `resume`, as `create-user` carries it. */
export interface ResumeBody {
  readonly rooms: Readonly<Record<string, number>>
  readonly epoch?: string
  readonly max: number
}

interface ResumedRoom {
  readonly seq: number
  readonly recovered: boolean
  readonly reason?: ResumeReason
}

interface ResumeAnswer {
  readonly rooms: Readonly<Record<string, ResumedRoom>>
  readonly others?: Readonly<Record<string, number>>
  readonly epoch: string
}

/**
 * Gets what is missing: resumes rooms, reads what was too much to be resumed
 * from history, and looks up the chats that are new here.
 *
 * Promises:  asks until it has an answer or the connection is gone, one resume
 *            and one look-up at a time.
 * Does not:  keep frames; what came too early is asked for again.
 */
export interface CatchUp {
  /** For the `create-user` of a new connection. */
  resumeBody(): ResumeBody
  /** The user is bound there; the answer to that resume is due under this id. */
  connected(link: Link, id: string): void
  disconnected(): void
  /** Frames of this room are missing, or its chat is not known. */
  lacks(room: string): void
  /** What was given of this room may not be stored: the room goes on after `seq`, and its chat is looked up again. */
  reset(room: string, seq: number): void
}

export interface CatchUpPorts extends AskerPorts {
  readonly rooms: Rooms
  readonly me: () => string
  readonly request: CreateRequest
  /** Missed frames of one room that are resumed; more are read from history. */
  readonly maxFrames: number
}

/** As many as the service takes in one frame, and gives in one page. */
const roomsPerResume = 500
const messagesPerPage = 200

export const createCatchUp = (ports: CatchUpPorts): CatchUp => {
  const { rooms, me, request, maxFrames } = ports
  const asker = createAsker(ports)
  const wanted = new Set<string>()
  let epoch: string | undefined
  /** Rooms of the resume under way; undefined: none is. */
  let resuming: ReadonlySet<string> | undefined
  let isLookingUp = false
  /** Much is being concluded at once: what follows from it goes out together. */
  let isGathering = false

  const together = (act: () => void): void => {
    isGathering = true
    act()
    isGathering = false
    proceed()
  }

  const lookUp = createChatLookUp({
    asker,
    request,
    me,
    found: (chats) =>
      together(() => {
        for (const chat of chats) rooms.introduce(chat)
      }),
    gone: rooms.leave,
  })

  const bodyFor = (named: readonly (readonly [string, number])[]): ResumeBody => ({
    rooms: Object.fromEntries(named),
    ...(epoch === undefined ? {} : { epoch }),
    max: maxFrames,
  })

  const resumed = (body: Body): void => {
    const { rooms: results, others, epoch: current } = body as unknown as ResumeAnswer
    const isOtherStore = epoch !== undefined && epoch !== current
    epoch = current
    resuming = undefined
    together(() => {
      for (const [room, result] of Object.entries(results)) conclude(room, result)
      if (others !== undefined) standing(results, others, isOtherStore)
    })
  }

  /** How things stand with the rooms that the resume did not name; one that is not among them may be over. */
  const standing = (named: object, others: Readonly<Record<string, number>>, isOtherStore: boolean): void => {
    for (const [room, seq] of Object.entries(others)) {
      if (isOtherStore) rooms.reset(room, seq, 'epoch')
      rooms.goesOn(room, seq)
    }
    for (const [room] of rooms.following()) if (!(room in named) && !(room in others)) wanted.add(room)
  }

  const conclude = (room: string, { seq, recovered, reason }: ResumedRoom): void => {
    if (recovered) return
    if (reason === 'forbidden') return rooms.leave(room)
    if (reason !== 'too_many') return rooms.reset(room, seq, reason ?? 'epoch')
    rooms.startFilling(room)
    readHole(room, seq)
  }

  const readHole = (room: string, upTo: number): void => {
    if (!rooms.isFilling(room)) return
    const query = { after: rooms.lastOf(room), before: upTo + 1, limit: messagesPerPage }
    const read = (body: Body): void => {
      for (const message of body.messages as (Message & { seq: number })[]) rooms.fill(room, message)
      if (body.next_cursor !== undefined) return readHole(room, upTo)
      rooms.filled(room, upTo)
      proceed()
    }
    asker.ask(
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
    asker.ask(() => request('resume', bodyFor(named.map((room) => [room, rooms.lastOf(room)]))), resumed)
  }

  const lookUpNext = (): void => {
    const sought = new Set(rooms.held())
    if (isLookingUp || sought.size === 0) return
    isLookingUp = true
    lookUp(sought, () => {
      isLookingUp = false
      proceed()
    })
  }

  const proceed = (): void => {
    if (!asker.isConnected || isGathering) return
    resumeNext()
    lookUpNext()
  }

  const disconnected = (): void => {
    asker.disconnected()
    resuming = undefined
    isLookingUp = false
    wanted.clear()
    rooms.disconnected()
  }

  return {
    resumeBody: () => bodyFor(rooms.following().slice(0, roomsPerResume)),
    connected: (link, id) => {
      disconnected()
      asker.connected(link)
      resuming = new Set(rooms.following().map(([room]) => room))
      asker.expect('resume', id, resumed)
    },
    disconnected,
    lacks: (room) => {
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
