import type { LoadContext } from './load-context.ts'
import type { ParsedFrame } from './parse-frame.ts'
import { codeNamed, idBytes } from './parse-frame.ts'

/** The last seq seen, by room. */
export type Places = Iterable<readonly [room: number, seq: number]>

/** The positions from which a device resumes; records each resume and its answer. */
export interface ResumeState {
  lastSeen(room: number): number
  noteFeed(room: number, seq: number): void
  /** The body of a request for the events after these positions. */
  bodyFrom(socket: number, places: Places): object
  /** The bodies of all requests that a new socket needs; at least one. */
  bodies(socket: number): object[]
  noteAnswer(socket: number, frame: ParsedFrame): void
}

interface ResumeAnswer {
  readonly rooms?: Readonly<Record<string, { readonly seq: number; readonly recovered: boolean; readonly reason?: string }>>
  readonly others?: Readonly<Record<string, number>>
  readonly epoch?: string
}

const roomsPerRequest = 500
const most = 10_000

export const createResumeState = ({ ids, history, now }: LoadContext, user: number): ResumeState => {
  // Objects, because a frame then costs one look-up instead of two.
  const seen = new Map<number, { seq: number }>()
  let epoch: string | undefined

  const lastSeen = (room: number): number => seen.get(room)?.seq ?? 0

  const noteFeed = (room: number, seq: number): void => {
    const place = seen.get(room)
    if (place === undefined) seen.set(room, { seq })
    // The old socket of a move may be ahead of the new one.
    else if (seq > place.seq) place.seq = seq
  }

  const bodyFrom = (socket: number, places: Places): object => {
    const rooms: Record<string, number> = {}
    for (const [room, seq] of places) {
      history.append({ kind: 'resuming', at: now(), socket, user, room, seq })
      rooms[ids.room(room)] = seq
    }
    return { rooms, ...(epoch === undefined ? {} : { epoch }), max: most }
  }

  const noteAnswer = (socket: number, { body }: ParsedFrame): void => {
    const { rooms = {}, others = {}, epoch: current } = (body ?? {}) as ResumeAnswer
    epoch = current ?? epoch
    for (const [id, { seq, recovered, reason }] of Object.entries(rooms)) {
      const room = ids.roomAt(idBytes(id), 0)
      const code = recovered ? 'none' : codeNamed(reason ?? 'other')
      history.append({ kind: 'resumed', at: now(), socket, user, room, seq, code })
      if (code === 'forbidden') seen.delete(room)
      else if (!recovered) seen.set(room, { seq })
    }
    for (const [id, seq] of Object.entries(others)) {
      const room = ids.roomAt(idBytes(id), 0)
      history.append({ kind: 'standing', at: now(), socket, user, room, seq })
      noteFeed(room, seq)
    }
  }

  return {
    lastSeen,
    noteFeed,
    bodyFrom,
    bodies: (socket) => {
      const places = [...seen].map(([room, { seq }]) => [room, seq] as const)
      const parts = Array.from({ length: Math.max(1, Math.ceil(places.length / roomsPerRequest)) }, (_, index) =>
        places.slice(index * roomsPerRequest, (index + 1) * roomsPerRequest),
      )
      return parts.map((part) => bodyFrom(socket, part))
    },
    noteAnswer,
  }
}
