import { crc32 } from 'node:zlib'
import type { RunIds } from '../../support/load/run-ids.ts'
import type { Dialect, Heard, Line } from './dialect.ts'
import type { LeanSocket } from './lean-socket.ts'
import { openLeanSocket } from './lean-socket.ts'

/** The messages that a member has received in a room. */
export interface Got {
  messages: number
  last: number
  /** The CRC of the bytes that are the same for all members, in order; only for members that check all. */
  chain: number
}

/** `all`: seq and bytes of each frame. `places`: seq only. `counts`: only the number of messages of others, for a member of one room. */
export type Checks = 'all' | 'places' | 'counts'

/** One user on one socket. */
export interface Member {
  readonly userId: string
  readonly socket: LeanSocket
  readonly line: Line
  readonly checks: Checks
  readonly rooms: ReadonlyMap<number, Got>
  /** Messages of others that were counted without parsing, since the last reset. */
  plain: number
}

export interface MemberOptions {
  readonly dialect: Dialect
  readonly ids: RunIds
  readonly url: string
  readonly externalId: string
  readonly checks: Checks
  readonly onHeard: (heard: Heard) => void
  readonly onPlain: () => void
  readonly onProblem: (problem: string) => void
}

interface Awaited {
  readonly isAnswer: (text: string) => boolean
  readonly resolve: (text: string) => void
}

interface Log {
  readonly rooms: Map<number, Got>
  note(heard: Heard, text: Buffer): void
}

const createLog = (checks: Checks, onProblem: (problem: string) => void): Log => {
  const rooms = new Map<number, Got>()
  const gotOf = (room: number, seq: number): Got => {
    const known = rooms.get(room)
    if (known !== undefined) return known
    const got = { messages: 0, last: Math.max(0, seq - 1), chain: 0 }
    rooms.set(room, got)
    return got
  }
  return {
    rooms,
    note: ({ room, seq, isMessage, commonFrom }, text) => {
      const got = gotOf(room, seq)
      if (seq !== 0 && seq !== got.last + 1 && checks !== 'counts') onProblem(`room ${room}: ${seq} came after ${got.last}`)
      got.last = seq
      if (!isMessage) return
      got.messages += 1
      if (checks === 'all') got.chain = crc32(text.subarray(commonFrom), got.chain)
    },
  }
}

export const openMember = async (options: MemberOptions): Promise<Member> => {
  const { dialect, ids, url, externalId, checks, onHeard, onPlain, onProblem } = options
  const { rooms, note } = createLog(checks, onProblem)
  const read = dialect.reader(ids)
  const counted = { plain: 0 }
  let awaited: Awaited[] = []

  const answer = (text: string): void => {
    const found = awaited.find(({ isAnswer }) => isAnswer(text))
    awaited = awaited.filter((each) => each !== found)
    found?.resolve(text)
  }

  const onText = (bytes: Buffer, from: number, to: number): void => {
    if (checks === 'counts' && dialect.isPlain(bytes, from)) {
      counted.plain += 1
      onPlain()
      return
    }
    const text = bytes.subarray(from, to)
    const heard = read(text)
    if (heard?.kind === 'feed') note(heard, text)
    if (heard !== undefined) onHeard(heard)
    if (awaited.length > 0) answer(text.toString())
  }

  const target = new URL(dialect.path, url.replace(/^ws/, 'http')).href
  const socket = await openLeanSocket({ url: target, onText, onClosed: () => onProblem(`a socket of ${url} was closed`) })
  const line: Line = {
    send: (text) => socket.send(text),
    answer: (isAnswer) => new Promise((resolve) => awaited.push({ isAnswer, resolve })),
  }
  return Object.assign(counted, { userId: await dialect.greet(line, externalId), socket, line, checks, rooms })
}
