import type { Chat, Message } from '../domain/events.ts'
import type { ResumeReason } from '../protocol/answers.ts'
import type { ClientClock } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import { backoffMs } from './client-times.ts'
import type { Body } from './frames.ts'
import type { Link, Settlement } from './link.ts'
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
}

export interface CatchUpPorts {
  readonly rooms: Rooms
  readonly me: () => string
  readonly request: CreateRequest
  readonly clock: ClientClock
  readonly times: ClientTimes
  readonly random: () => number
  /** Missed frames of one room that are resumed; more are read from history. */
  readonly maxFrames: number
}

/** As many as the service takes in one frame. */
const roomsPerResume = 500
const entriesPerPage = 200

export const createCatchUp = (ports: CatchUpPorts): CatchUp => {
  const { rooms, me, request, clock, times, random, maxFrames } = ports
  let link: Link | undefined
  let epoch: string | undefined
  /** Rooms of the resume under way; undefined: none is. */
  let resuming: ReadonlySet<string> | undefined
  let isLookingUp = false
  /** Much is being concluded at once: what follows from it goes out together. */
  let isGathering = false
  const wanted = new Set<string>()

  /** Asks until it is answered, unless the room turns out to be forbidden; nothing more happens once the link is gone. */
  const ask = (make: () => ReturnType<CreateRequest>, answered: (body: Body) => void, forbidden?: () => void): void => {
    const on = link
    let attempts = 0
    const again = (): void => {
      if (link === on) on?.ask(make(), settled)
    }
    const settled = (settlement: Settlement): void => {
      if (link !== on || settlement.kind === 'lost') return
      if (settlement.kind === 'answered') return answered(settlement.body)
      const { error } = settlement
      if (error.code === 'forbidden' && forbidden !== undefined) return forbidden()
      clock.after(error.retry_after_ms ?? backoffMs(times, random, attempts), again)
      attempts += 1
    }
    again()
  }

  const bodyFor = (named: readonly (readonly [string, number])[]): ResumeBody => ({
    rooms: Object.fromEntries(named),
    ...(epoch === undefined ? {} : { epoch }),
    max: maxFrames,
  })

  const resumed = (body: Body): void => {
    const { rooms: results, others, epoch: current } = body as { rooms: object; others?: object; epoch: string }
    const isOtherStore = epoch !== undefined && epoch !== current
    epoch = current
    resuming = undefined
    together(() => {
      for (const [room, result] of Object.entries(results)) conclude(room, result as ResumedRoom)
      for (const [room, seq] of Object.entries(others ?? {})) {
        if (isOtherStore) rooms.reset(room, seq as number, 'epoch')
        rooms.goesOn(room, seq as number)
      }
    })
  }

  const conclude = (room: string, { seq, recovered, reason }: ResumedRoom): void => {
    if (recovered) return
    if (reason === 'forbidden') rooms.leave(room)
    else if (reason === 'too_many') startFilling(room, seq)
    else rooms.reset(room, seq, reason ?? 'epoch')
  }

  const startFilling = (room: string, upTo: number): void => {
    rooms.startFilling(room)
    readHole(room, upTo)
  }

  const readHole = (room: string, upTo: number): void => {
    if (!rooms.isFilling(room)) return
    const query = { after: rooms.lastOf(room), before: upTo + 1, limit: entriesPerPage }
    const filled = (body: Body): void => {
      for (const message of body.messages as (Message & { seq: number })[]) rooms.fill(room, message)
      if (body.next_cursor !== undefined) return readHole(room, upTo)
      rooms.filled(room, upTo)
      proceed()
    }
    ask(
      () => request('list-messages', { chat: { id: room }, query }),
      filled,
      () => rooms.leave(room),
    )
  }

  const resumeNext = (): void => {
    if (resuming !== undefined) return
    for (const room of wanted) if (!rooms.isFollowed(room)) wanted.delete(room)
    const named = [...wanted].slice(0, roomsPerResume)
    for (const room of named) wanted.delete(room)
    if (named.length === 0) return
    resuming = new Set(named)
    ask(() => request('resume', bodyFor(named.map((room) => [room, rooms.lastOf(room)]))), resumed)
  }

  const lookUpNext = (): void => {
    const sought = new Set(rooms.held())
    if (isLookingUp || sought.size === 0) return
    isLookingUp = true
    lookUp(sought, undefined)
  }

  /** Goes through the user's chats until all sought ones are found. */
  const lookUp = (sought: Set<string>, cursor: string | undefined): void => {
    const found = (body: Body): void => {
      together(() => {
        for (const chat of body.chats as Chat[]) if (sought.delete(chat.id)) rooms.introduce(chat)
      })
      const next = body.next_cursor as string | undefined
      if (sought.size > 0 && next !== undefined) lookUp(sought, next)
      else checkMissing([...sought])
    }
    const query = { limit: entriesPerPage, ...(cursor === undefined ? {} : { cursor }) }
    ask(() => request('list-chats', { user: { id: me() }, query }), found)
  }

  /** A chat that was not in the list has been left, or was active meanwhile and went to a page that had been read. */
  const checkMissing = ([room, ...others]: readonly string[]): void => {
    if (room === undefined) {
      isLookingUp = false
      return proceed()
    }
    const goOn = (): void => checkMissing(others)
    ask(
      () => request('list-messages', { chat: { id: room }, query: { limit: 1 } }),
      goOn,
      () => {
        rooms.leave(room)
        goOn()
      },
    )
  }

  const proceed = (): void => {
    if (link === undefined || isGathering) return
    resumeNext()
    lookUpNext()
  }

  const together = (act: () => void): void => {
    isGathering = true
    act()
    isGathering = false
    proceed()
  }

  const disconnected = (): void => {
    link = undefined
    resuming = undefined
    isLookingUp = false
    wanted.clear()
    rooms.disconnected()
  }

  return {
    resumeBody: () => bodyFor(rooms.following().slice(0, roomsPerResume)),
    connected: (next, id) => {
      disconnected()
      link = next
      resuming = new Set(rooms.following().map(([room]) => room))
      next.expect('resume', id, (settlement) => {
        if (link === next && settlement.kind === 'answered') resumed(settlement.body)
      })
    },
    disconnected,
    lacks: (room) => {
      if (resuming?.has(room) === true) return
      wanted.add(room)
      proceed()
    },
  }
}
