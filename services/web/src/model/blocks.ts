import type { TimelineEntry } from './timeline.ts'

/** A run of consecutive entries. */
export interface EntryBlock {
  /** Stable: it does not change when entries above or below are loaded. */
  readonly key: number
  readonly entries: readonly TimelineEntry[]
  readonly before: TimelineEntry | undefined
}

/** Seqs of one block. */
const seqsPerBlock = 50

/** Cuts a room's entries, ascending in seq, into blocks by their seq. */
export const blocksOf = (entries: readonly TimelineEntry[]): readonly EntryBlock[] => {
  const blocks: EntryBlock[] = []
  let start = 0
  entries.forEach(({ seq }, index) => {
    const key = Math.floor(seq / seqsPerBlock)
    const next = entries[index + 1]
    if (next !== undefined && Math.floor(next.seq / seqsPerBlock) === key) return
    blocks.push({ key, entries: entries.slice(start, index + 1), before: entries[start - 1] })
    start = index + 1
  })
  return blocks
}
