import { crc32 } from 'node:zlib'
import type { RunIds } from '../../support/load/run-ids.ts'
import type { Dialect, Heard, Line } from './dialect.ts'
import type { LeanSocket } from './lean-socket.ts'
import { openLeanSocket } from './lean-socket.ts'

/** What a member has had of a room. */
export interface Got {
  messages: number
  last: number
  /** Over the bytes that all members get alike, in their order; only where everything is checked. */
  chain: number
}

/** One user on one socket. */
export interface Member {
  readonly userId: string
  readonly socket: LeanSocket
  readonly line: Line
  readonly rooms: ReadonlyMap<number, Got>
}

export interface MemberOptions {
  readonly dialect: Dialect
  readonly ids: RunIds
  readonly url: string
  readonly externalId: string
  /** Whether the bytes of each frame are checked, besides its place. */
  readonly isChecker: boolean
  readonly onHeard: (heard: Heard) => void
  readonly onProblem: (problem: string) => void
}

interface Awaited {
  readonly isAnswer: (text: string) => boolean
  readonly resolve: (text: string) => void
}

export const openMember = async (options: MemberOptions): Promise<Member> => {
  const { dialect, ids, url, externalId, isChecker, onHeard, onProblem } = options
  const rooms = new Map<number, Got>()
  const read = dialect.reader(ids)
  let awaited: Awaited[] = []

  const note = ({ room, seq, isMessage, commonFrom }: Heard, text: Buffer): void => {
    let got = rooms.get(room)
    if (got === undefined) {
      got = { messages: 0, last: seq === 0 ? 0 : seq - 1, chain: 0 }
      rooms.set(room, got)
    }
    if (seq !== 0 && seq !== got.last + 1) onProblem(`room ${room}: ${seq} came after ${got.last}`)
    got.last = seq
    if (!isMessage) return
    got.messages += 1
    if (isChecker) got.chain = crc32(text.subarray(commonFrom), got.chain)
  }

  const onText = (bytes: Buffer, from: number, to: number): void => {
    const text = bytes.subarray(from, to)
    const heard = read(text)
    if (heard?.kind === 'feed') note(heard, text)
    if (heard !== undefined) onHeard(heard)
    if (awaited.length === 0) return
    const whole = text.toString()
    const [found] = awaited.filter(({ isAnswer }) => isAnswer(whole))
    awaited = awaited.filter((each) => each !== found)
    found?.resolve(whole)
  }

  const target = new URL(dialect.path, url.replace(/^ws/, 'http')).href
  const socket = await openLeanSocket({ url: target, onText, onClosed: () => onProblem(`a socket of ${url} was closed`) })
  const line: Line = {
    send: (text) => socket.send(text),
    answer: (isAnswer) => new Promise((resolve) => awaited.push({ isAnswer, resolve })),
  }
  return { userId: await dialect.greet(line, externalId), socket, line, rooms }
}
