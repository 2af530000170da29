import { crc32 } from 'node:zlib'
import { foreign } from '../load/entry.ts'
import { frameReader } from '../load/frame-view.ts'
import type { ParsedFrame } from '../load/parse-frame.ts'
import { idBytes } from '../load/parse-frame.ts'
import type { RunIds } from '../load/run-ids.ts'
import type { FoldedBody, MessageFold } from './message-fold.ts'
import { createMessageFold } from './message-fold.ts'
import type { RoleBody, RoleFold } from './role-fold.ts'
import { createRoleFold } from './role-fold.ts'
import type { RoomTruth, Span, Truth } from './truth.ts'

/** Accepts the events of a run's rooms, the events of each room in the order of the store. */
export interface TruthBuilder {
  /** `frame` is the text of the feed frame without a request id. */
  add(frame: string, storedAt?: number): void
  /** The same, where messages come from lists: their content may be newer than the events that posted them. */
  addListed(frame: string): void
  build(): Truth
}

interface Room {
  last: number
  lastAt: string
  readonly roles: RoleFold
  readonly fold: MessageFold
  readonly commands: number[]
  readonly storedAt: (number | undefined)[]
  readonly seqs: Map<number, number>
  readonly spans: Map<number, { from: number; until: number }[]>
}

type Body = FoldedBody & RoleBody

const noSpans: readonly Span[] = []

const truthOf = (room: Room): RoomTruth => ({
  head: room.last,
  messages: room.fold.messages.count,
  commandAt: (seq) => room.commands[seq],
  crcAt: room.fold.crcAt,
  redactionOf: room.fold.redactionOf,
  storedAt: (seq) => room.storedAt[seq],
  seqOf: (command) => room.seqs.get(command),
  nextMessage: room.fold.messages.next,
  listedCrc: room.fold.messages.listedCrc,
  spansOf: (user) => room.spans.get(user) ?? noSpans,
})

/** `userOf` maps the service's user ids to the user numbers of the run. */
export const truthBuilder = (ids: RunIds, userOf: ReadonlyMap<string, number>): TruthBuilder => {
  const read = frameReader(ids)
  const rooms = new Map<number, Room>()
  const flaws: Record<keyof Truth['flaws'], string[]> = { I2: [], I3: [], I4: [], I5: [], J2: [], J5: [] }

  const noteMembers = (room: Room, seq: number, event: string, users: readonly string[]): void => {
    for (const id of users) {
      const user = userOf.get(id) ?? foreign
      const spans = room.spans.get(user) ?? []
      room.spans.set(user, spans)
      const open = spans.find(({ until }) => until === Number.POSITIVE_INFINITY)
      const isRemoved = event === 'remove-users' || event === 'erase'
      if (isRemoved && open !== undefined) open.until = seq
      if (!isRemoved && open === undefined) spans.push({ from: seq, until: Number.POSITIVE_INFINITY })
    }
  }

  const check = (number: number, room: Room, seq: number, command: number, at: string): void => {
    if (seq !== room.last + 1) flaws.I5.push(`room ${number}: the store has ${seq} after ${room.last}`)
    if (command === foreign) flaws.I2.push(`room ${number}: ${seq} was not sent by this run`)
    const before = room.seqs.get(command)
    if (before !== undefined) flaws.I3.push(`room ${number}: command ${command} is stored at ${before} and at ${seq}`)
    if (at < room.lastAt) flaws.I4.push(`room ${number}: the time of ${seq} is before that of ${room.last}`)
  }

  const newRoom = (number: number): Room => {
    const seqs = new Map<number, number>()
    const spans: Room['spans'] = new Map()
    const seqOf = (id: string | undefined): number | undefined =>
      id === undefined ? undefined : seqs.get(ids.commandAt(idBytes(id), 0))
    const roles = createRoleFold((problem) => void flaws.J5.push(`room ${number}: ${problem}`))
    const room: Room = {
      ...{ last: 0, lastAt: '', roles, commands: [], storedAt: [], seqs, spans },
      fold: createMessageFold({
        id: ids.room(number),
        seqOf,
        userOf: (id) => userOf.get(id ?? '') ?? foreign,
        roles,
        isMember: (user) => user === foreign || spans.get(user)?.at(-1)?.until === Number.POSITIVE_INFINITY,
        say: (invariant, problem) => void flaws[invariant].push(`room ${number}: ${problem}`),
      }),
    }
    return room
  }

  const add = (frame: string, isListed: boolean, storedAt?: number): void => {
    const text = Buffer.from(frame)
    const view = read(text)
    if (view?.kind !== 'feed') throw new Error('not a frame of a feed')
    const { room: number, seq, command, event } = view
    if (number === foreign) return
    const room = rooms.get(number) ?? newRoom(number)
    rooms.set(number, room)
    const body = (JSON.parse(frame) as ParsedFrame).body as Body
    const { chat, created_at: at = chat?.created_at ?? '' } = body
    check(number, room, seq, command, at)
    room.last = seq
    room.lastAt = at
    room.commands[seq] = command
    room.storedAt[seq] = storedAt
    if (!room.seqs.has(command)) room.seqs.set(command, seq)
    room.fold.fold({ event, seq, crc: crc32(text.subarray(view.commonFrom)), body, isListed })
    room.roles.fold(event, seq, body)
    if (event === 'create-chat' || event === 'add-users' || event === 'remove-users' || event === 'erase')
      noteMembers(room, seq, event, (event === 'create-chat' ? chat?.users : body.users) ?? [])
  }

  return {
    add: (frame, storedAt) => add(frame, false, storedAt),
    addListed: (frame) => add(frame, true),
    build: () => ({ rooms: new Map([...rooms].map(([number, room]) => [number, truthOf(room)])), flaws }),
  }
}
