import type { Entry } from '../load/entry.ts'
import type { Truth } from './truth.ts'

/** The state of one socket at this point of the history. */
export interface WalkedSocket {
  readonly socket: number
  readonly user: number
  readonly isSlow: boolean
  /** Undefined until `create-user` was answered. */
  boundAt: number | undefined
  isOpen: boolean
  readonly places: Map<number, WalkedPlace>
  /** For rooms that no resume named: the seq after which they continue, from the answer of the service. */
  readonly standings: Map<number, number>
}

/** The position of a socket in one room. */
export interface WalkedPlace {
  last: number
  /** The seq to which a resume in progress moves the position. */
  movesTo: number | undefined
  /** A resume was sent, so that older frames are allowed. */
  hasResumed: boolean
  /** The seq of a first frame that neither a resume nor a join explains. */
  startedAt: number | undefined
}

/** The relation of a frame to the earlier frames of its room on the same socket. */
export type Step = 'next' | 'start' | 'joined' | 'moved' | 'repeated' | 'gap'

export interface FeedWalk {
  readonly sockets: ReadonlyMap<number, WalkedSocket>
  /** Undefined for other entries than frames, and for a socket that was never opened. */
  see(entry: Readonly<Entry>): { readonly step: Step; readonly before: number; readonly socket: WalkedSocket } | undefined
}

const newPlace = (last: number): WalkedPlace => ({
  last,
  movesTo: undefined,
  hasResumed: false,
  startedAt: undefined,
})

/** Tracks the position of every socket in its rooms, frame by frame. */
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
    // Events up to the user's removal may still follow in order, but need not.
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
