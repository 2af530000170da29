import type { Entry } from '../load/entry.ts'
import type { OpenResumes } from './open-resumes.ts'
import { createOpenResumes } from './open-resumes.ts'
import type { Truth } from './truth.ts'
import type { Step, WalkedPlace } from './walked-place.ts'
import { advance, continueFrom, leave, newPlace } from './walked-place.ts'

/** The state of one socket at this point of the history. */
export interface WalkedSocket {
  readonly socket: number
  readonly user: number
  readonly openedAt: number
  readonly isSlow: boolean
  /** Undefined until `create-user` was answered. */
  boundAt: number | undefined
  isOpen: boolean
  /** The rooms of which a frame, an answer to a resume or a reset arrived. */
  readonly places: Map<number, WalkedPlace>
  readonly resumes: OpenResumes
  /** The rooms that a resume has named, and those that it named before the socket was bound. */
  readonly resumedRooms: Set<number>
  readonly boundRooms: Set<number>
  /** For rooms that no resume named: the seq after which they continue, from the answer of the service. */
  readonly standings: Map<number, number>
}

/** A frame of a room, which ended at seq `before` until then. */
export interface WalkedFrame {
  readonly step: Step
  readonly before: number
  readonly socket: WalkedSocket
}

export interface FeedWalk {
  readonly sockets: ReadonlyMap<number, WalkedSocket>
  /** Undefined for other entries than frames, forged ones included, and for a socket that was never opened. */
  see(entry: Readonly<Entry>): WalkedFrame | undefined
}

const openSocket = ({ socket, user, at, seq }: Readonly<Entry>): WalkedSocket => ({
  socket,
  user,
  openedAt: at,
  isSlow: seq === 1,
  boundAt: undefined,
  isOpen: true,
  places: new Map(),
  resumes: createOpenResumes(),
  resumedRooms: new Set(),
  boundRooms: new Set(),
  standings: new Map(),
})

const placeIn = ({ places }: WalkedSocket, room: number, seq: number): WalkedPlace => {
  const place = places.get(room) ?? newPlace(seq)
  places.set(room, place)
  return place
}

const seeResuming = ({ room, seq, operation }: Readonly<Entry>, socket: WalkedSocket): void => {
  socket.resumes.start(operation, room, seq)
  socket.resumedRooms.add(room)
  if (socket.boundAt === undefined) socket.boundRooms.add(room)
}

const seeResumed = ({ room, seq, code, operation }: Readonly<Entry>, socket: WalkedSocket): void => {
  const asked = socket.resumes.of(operation, room)?.from
  const place = placeIn(socket, room, code === 'forbidden' ? 0 : (asked ?? seq))
  socket.resumes.answer(operation, room)
  if (code === 'forbidden') return leave(place)
  if (code === 'ahead' || code === 'epoch') place.forged.clear()
  // The frames up to it were skipped because of a forged one, and the service has to take that back.
  else if (code === 'none' && place.last !== seq && asked !== seq) place.forged.add(seq)
  continueFrom(place, seq)
}

const seeReset = ({ room, seq }: Readonly<Entry>, socket: WalkedSocket): void => {
  const place = placeIn(socket, room, seq)
  place.forged.clear()
  continueFrom(place, seq)
}

const seeSettled = ({ kind, at, operation }: Readonly<Entry>, socket: WalkedSocket): void => {
  if (kind === 'bound') socket.boundAt = at
  if (kind === 'closed') socket.isOpen = false
  if (kind !== 'failed' && kind !== 'unknown') return
  for (const room of socket.resumes.unanswered(operation)) socket.boundRooms.delete(room)
  socket.resumes.refuse(operation)
}

/** Tracks the position of every socket in its rooms, frame by frame. */
export const createFeedWalk = (truth: Truth): FeedWalk => {
  const sockets = new Map<number, WalkedSocket>()

  const joinsAt = (room: number, user: number, seq: number): boolean =>
    truth.rooms
      .get(room)
      ?.spansOf(user)
      .some(({ from }) => from === seq) ?? false

  const stepOf = ({ kind, room, seq }: Readonly<Entry>, socket: WalkedSocket): Step => {
    const place = socket.places.get(room)
    const isJoin = kind === 'frame' && joinsAt(room, socket.user, seq)
    if (socket.resumes.explains(room, seq)) return 'moved'
    if (place === undefined) return isJoin ? 'joined' : socket.boundRooms.has(room) ? 'gap' : 'start'
    if (seq === place.last + 1 && !place.isForbidden) return isJoin ? 'joined' : 'next'
    if (seq <= place.last) return 'repeated'
    return isJoin ? 'joined' : 'gap'
  }

  const seeFrame = (entry: Readonly<Entry>, socket: WalkedSocket): WalkedFrame => {
    const { kind, room, seq } = entry
    const step = stepOf(entry, socket)
    const before = socket.places.get(room)?.last ?? 0
    const place = placeIn(socket, room, seq)
    advance(place, seq, step, kind === 'forged')
    if (step === 'start' && kind === 'frame') place.startedAt = seq
    return { step, before, socket }
  }

  return {
    sockets,
    see: (entry) => {
      const { kind, room, seq } = entry
      if (kind === 'opened') sockets.set(entry.socket, openSocket(entry))
      const socket = sockets.get(entry.socket)
      if (socket === undefined) return undefined
      if (kind === 'frame' || kind === 'forged') return seeFrame(entry, socket)
      if (kind === 'standing') socket.standings.set(room, seq)
      else if (kind === 'resuming') seeResuming(entry, socket)
      else if (kind === 'resumed') seeResumed(entry, socket)
      else if (kind === 'reset') seeReset(entry, socket)
      else seeSettled(entry, socket)
      return undefined
    },
  }
}
