import type { Entry } from '../load/entry.ts'
import type { Truth } from './truth.ts'

/** One socket, as far as the walk has come. */
export interface WalkedSocket {
  readonly socket: number
  readonly user: number
  readonly isSlow: boolean
  /** Undefined until `create-user` was answered. */
  boundAt: number | undefined
  isOpen: boolean
  readonly places: Map<number, WalkedPlace>
  /** Where rooms go on that no resume named, as the service said. */
  readonly standings: Map<number, number>
}

/** Its place in one room. */
export interface WalkedPlace {
  last: number
  /** A resume that is under way moves the place here. */
  movesTo: number | undefined
  /** Something was asked for again, so that older frames may come. */
  hasResumed: boolean
  /** The first frame that came of itself: no resume led here, no joining. */
  startedAt: number | undefined
}

/** How a frame stands to those that came before it on its socket. */
export type Step = 'next' | 'start' | 'joined' | 'moved' | 'repeated' | 'gap'

export interface FeedWalk {
  readonly sockets: ReadonlyMap<number, WalkedSocket>
  /** Undefined for what is no frame, and for one on a socket that was never opened. */
  see(entry: Readonly<Entry>): { readonly step: Step; readonly before: number; readonly socket: WalkedSocket } | undefined
}

const newPlace = (last: number): WalkedPlace => ({
  last,
  movesTo: undefined,
  hasResumed: false,
  startedAt: undefined,
})

/** Follows every socket through its rooms, frame by frame. */
export const createFeedWalk = (truth: Truth): FeedWalk => {
  const sockets = new Map<number, WalkedSocket>()

  const joinsAt = (room: number, user: number, seq: number): boolean =>
    truth.rooms
      .get(room)
      ?.spansOf(user)
      .some(({ from }) => from === seq) ?? false

  const stepOf = (place: WalkedPlace, room: number, user: number, seq: number): Step => {
    if (place.movesTo !== undefined && seq === place.movesTo + 1) return 'moved'
    if (seq === place.last + 1) return 'next'
    if (seq <= place.last) return 'repeated'
    return joinsAt(room, user, seq) ? 'joined' : 'gap'
  }

  const seeFrame = ({ room, seq }: Readonly<Entry>, socket: WalkedSocket) => {
    const place = socket.places.get(room)
    if (place === undefined) {
      const step: Step = joinsAt(room, socket.user, seq) ? 'joined' : 'start'
      const started = newPlace(seq)
      if (step === 'start') started.startedAt = seq
      socket.places.set(room, started)
      return { step, before: 0, socket }
    }
    const step = stepOf(place, room, socket.user, seq)
    const before = place.last
    if (step !== 'repeated') place.last = seq
    if (step === 'moved') place.movesTo = undefined
    return { step, before, socket }
  }

  const seeResuming = ({ room, seq }: Readonly<Entry>, { places }: WalkedSocket): void => {
    const place = places.get(room) ?? newPlace(seq)
    places.set(room, Object.assign(place, { movesTo: seq, hasResumed: true }))
  }

  const seeResumed = ({ room, seq, code }: Readonly<Entry>, { places }: WalkedSocket): void => {
    // What the room still owed, up to the user's removal, may follow in its order, but need not.
    if (code === 'forbidden') Object.assign(places.get(room) ?? {}, { movesTo: undefined })
    else places.set(room, Object.assign(places.get(room) ?? newPlace(seq), { last: seq, movesTo: undefined }))
  }

  return {
    sockets,
    see: (entry) => {
      const { kind, user } = entry
      if (kind === 'opened') {
        const isSlow = entry.seq === 1
        sockets.set(entry.socket, {
          socket: entry.socket,
          user,
          isSlow,
          boundAt: undefined,
          isOpen: true,
          places: new Map(),
          standings: new Map(),
        })
        return undefined
      }
      const socket = sockets.get(entry.socket)
      if (socket === undefined) return undefined
      if (kind === 'bound') socket.boundAt = entry.at
      if (kind === 'closed') socket.isOpen = false
      if (kind === 'standing') socket.standings.set(entry.room, entry.seq)
      if (kind === 'resuming') seeResuming(entry, socket)
      if (kind === 'resumed') seeResumed(entry, socket)
      return kind === 'frame' ? seeFrame(entry, socket) : undefined
    },
  }
}
