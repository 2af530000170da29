import { crc32 } from 'node:zlib'
import type { Entries } from '../support/checker/outline.ts'

export interface FeedCount {
  /** The number of pairs of a socket and a room whose frames it received. */
  readonly feeds: number
  /** The number of different feeds: one for each room if no user joins late or reconnects. */
  readonly distinct: number
}

/** Counts feeds that differ in at least one frame or in the order of frames. */
export const countFeeds = (histories: readonly Entries[]): FeedCount => {
  const digests = new Map<string, number>()
  for (const history of histories) {
    for (const { kind, socket, room, seq, crc } of history.entries()) {
      if (kind !== 'frame') continue
      const key = `${room} ${socket}`
      digests.set(key, crc32(`${seq} ${crc}`, digests.get(key) ?? 0))
    }
  }
  const distinct = new Set([...digests].map(([key, digest]) => `${key.split(' ')[0]} ${digest}`))
  return { feeds: digests.size, distinct: distinct.size }
}
