import { crc32 } from 'node:zlib'
import type { Entries } from '../support/checker/outline.ts'

export interface FeedCount {
  /** Pairs of a socket and a room of which it got frames. */
  readonly feeds: number
  /** Different ones among them: of a run in which nobody joins late or reconnects, one for each room. */
  readonly distinct: number
}

/** Counts feeds that differ in any frame, or in the order of frames. */
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
