import { crc32 } from 'node:zlib'
import { foreign } from '../load/entry.ts'
import { frameReader } from '../load/frame-view.ts'
import type { ParsedFrame } from '../load/parse-frame.ts'
import type { RunIds } from '../load/run-ids.ts'
import type { RoomMessages } from './room-messages.ts'
import { createRoomMessages } from './room-messages.ts'
import type { RoomTruth, Span, Truth } from './truth.ts'

/** Accepts the events of a run's rooms, the events of each room in the order of the store. */
export interface TruthBuilder {
  /** `frame` is the text of the feed frame without a request id. */
  add(frame: string, storedAt?: number): void
  build(): Truth
}

interface Room {
  last: number
  lastAt: string
  readonly messages: RoomMessages
  readonly commands: number[]
  readonly crcs: number[]
  readonly storedAt: (number | undefined)[]
  readonly seqs: Map<number, number>
  readonly spans: Map<number, { from: number; until: number }[]>
}

const newRoom = (): Room => ({
  last: 0,
  lastAt: '',
  messages: createRoomMessages(),
  commands: [],
  crcs: [],
  storedAt: [],
  seqs: new Map(),
  spans: new Map(),
})

interface Body {
  readonly created_at?: string
  readonly users?: readonly string[]
  readonly chat?: { readonly users?: readonly string[]; readonly created_at?: string }
}

const noSpans: readonly Span[] = []

const truthOf = (room: Room): RoomTruth => ({
  head: room.last,
  messages: room.messages.count,
  commandAt: (seq) => room.commands[seq],
  crcAt: (seq) => room.crcs[seq],
  storedAt: (seq) => room.storedAt[seq],
  seqOf: (command) => room.seqs.get(command),
  nextMessage: room.messages.next,
  listedCrc: room.messages.listedCrc,
  spansOf: (user) => room.spans.get(user) ?? noSpans,
})

/** `userOf` maps the service's user ids to the user numbers of the run. */
export const truthBuilder = (ids: RunIds, userOf: ReadonlyMap<string, number>): TruthBuilder => {
  const read = frameReader(ids)
  const rooms = new Map<number, Room>()
  const flaws: Record<keyof Truth['flaws'], string[]> = { I2: [], I3: [], I4: [], I5: [] }

  const noteMembers = (room: Room, seq: number, event: string, users: readonly string[]): void => {
    for (const id of users) {
      const user = userOf.get(id) ?? foreign
      const spans = room.spans.get(user) ?? []
      room.spans.set(user, spans)
      const open = spans.find(({ until }) => until === Number.POSITIVE_INFINITY)
      if (event === 'remove-users' && open !== undefined) open.until = seq
      if (event !== 'remove-users' && open === undefined) spans.push({ from: seq, until: Number.POSITIVE_INFINITY })
    }
  }

  const check = (number: number, room: Room, seq: number, command: number, at: string): void => {
    if (seq !== room.last + 1) flaws.I5.push(`room ${number}: the store has ${seq} after ${room.last}`)
    if (command === foreign) flaws.I2.push(`room ${number}: ${seq} was not sent by this run`)
    const before = room.seqs.get(command)
    if (before !== undefined) flaws.I3.push(`room ${number}: command ${command} is stored at ${before} and at ${seq}`)
    if (at < room.lastAt) flaws.I4.push(`room ${number}: the time of ${seq} is before that of ${room.last}`)
  }

  return {
    add: (frame, storedAt) => {
      const text = Buffer.from(frame)
      const view = read(text)
      if (view?.kind !== 'feed') throw new Error('not a frame of a feed')
      const { room: number, seq, command, event } = view
      if (number === foreign) return
      const room = rooms.get(number) ?? newRoom()
      rooms.set(number, room)
      const { body = {} } = JSON.parse(frame) as ParsedFrame & { body?: Body }
      const { chat, created_at: at = chat?.created_at ?? '' } = body as Body
      check(number, room, seq, command, at)
      room.last = seq
      room.lastAt = at
      room.commands[seq] = command
      const crc = crc32(text.subarray(view.commonFrom))
      room.crcs[seq] = crc
      room.messages.fold(event, seq, crc)
      room.storedAt[seq] = storedAt
      if (!room.seqs.has(command)) room.seqs.set(command, seq)
      if (event === 'create-chat') noteMembers(room, seq, event, chat?.users ?? [])
      else if (event !== 'new-message') noteMembers(room, seq, event, (body as Body).users ?? [])
    },
    build: () => ({ rooms: new Map([...rooms].map(([number, room]) => [number, truthOf(room)])), flaws }),
  }
}
