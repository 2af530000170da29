import { crc32 } from 'node:zlib'
import type { FrameView } from '../../support/load/frame-view.ts'

/** What a user has received in a room. */
export interface ReceivedFeed {
  messages: number
  /** The last seq. */
  last: number
  /** The CRC of the bytes that are the same for all members, in order; 0 for users whose bytes are not checked. */
  crc: number
}

/** `bytes`: the seq and the bytes of each frame. `order`: the seq. `count`: only the number of messages, for a member of one room. */
export type Checks = 'bytes' | 'order' | 'count'

/** The feeds of all users. */
export interface FeedLog {
  note(user: number, view: Readonly<FrameView>, text: Buffer): void
  feed(user: number, room: number): Readonly<ReceivedFeed>
  /** The number of rooms in which the user received a frame. */
  rooms(user: number): number
}

export interface RoomReport {
  readonly room: string
  readonly messages: number
  readonly last: number
  /** The CRC of each member whose bytes are checked; empty if there is none. */
  readonly crcs: readonly number[]
}

/** The messages that the members of each room received, and the problems. */
export interface FeedReport {
  readonly problems: readonly string[]
  readonly rooms: readonly RoomReport[]
}

export interface FeedLogOptions {
  readonly checksOf: (user: number) => Checks
  /** Whether members receive the events of a room in the order of `seq`. */
  readonly isOrdered: boolean
  readonly onProblem: (problem: string) => void
}

const nothing: ReceivedFeed = { messages: 0, last: 0, crc: 0 }

export const createFeedLog = ({ checksOf, isOrdered, onProblem }: FeedLogOptions): FeedLog => {
  const feeds: { readonly checks: Checks; readonly byRoom: Map<number, ReceivedFeed> }[] = []

  const feedOf = (byRoom: Map<number, ReceivedFeed>, room: number, seq: number): ReceivedFeed => {
    const known = byRoom.get(room)
    if (known !== undefined) return known
    const feed = { messages: 0, last: Math.max(0, seq - 1), crc: 0 }
    byRoom.set(room, feed)
    return feed
  }

  return {
    note: (user, { event, room, seq, commonFrom }, text) => {
      feeds[user] ??= { checks: checksOf(user), byRoom: new Map() }
      const { checks, byRoom } = feeds[user]
      const feed = feedOf(byRoom, room, isOrdered ? seq : 0)
      if (isOrdered) {
        if (seq !== feed.last + 1 && checks !== 'count') onProblem(`room ${room}: ${seq} came after ${feed.last}`)
        feed.last = seq
      }
      if (event !== 'new-message') return
      feed.messages += 1
      if (checks === 'bytes' && isOrdered) feed.crc = crc32(text.subarray(commonFrom), feed.crc)
    },
    feed: (user, room) => feeds[user]?.byRoom.get(room) ?? nothing,
    rooms: (user) => feeds[user]?.byRoom.size ?? 0,
  }
}
