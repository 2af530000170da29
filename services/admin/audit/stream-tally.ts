import type { Finding } from './findings.ts'

/** Counts what passes on the event stream: first appearances have to be 1 … n, in order. */
export interface StreamTally {
  readonly records: number
  see(record: { readonly key: string; readonly value: string }): void
  /** The streams of the records that came since it was asked last. */
  takeChanged(): ReadonlySet<string>
  /** What has been out of order since it was asked last. */
  takeFindings(): readonly Finding[]
  /** Streams whose records end before these heads. */
  behind(heads: ReadonlyMap<string, number>): readonly Finding[]
}

const seqPattern = /^\{"v":\d+,"event":"[a-z-]+","room":"[^"]+","seq":(\d+),/

export const createStreamTally = (): StreamTally => {
  const last = new Map<string, number>()
  let found: Finding[] = []
  let changed = new Set<string>()
  let records = 0
  const missing = (where: string, what: string): Finding => ({ part: 'stream', fault: 'missing', where, what })

  return {
    get records() {
      return records
    },
    see: ({ key, value }) => {
      records += 1
      const seq = Number(seqPattern.exec(value)?.[1])
      if (Number.isNaN(seq)) {
        found.push({ part: 'stream', fault: 'different', where: key, what: 'a record that is no event' })
        return
      }
      changed.add(key)
      const before = last.get(key) ?? 0
      if (seq > before + 1) found.push(missing(key, `${seq} comes after ${before}`))
      last.set(key, Math.max(before, seq))
    },
    takeChanged: () => {
      const taken = changed
      changed = new Set()
      return taken
    },
    takeFindings: () => {
      const taken = found
      found = []
      return taken
    },
    behind: (heads) =>
      [...heads].flatMap(([stream, head]) => {
        const seen = last.get(stream) ?? 0
        return seen >= head ? [] : [missing(stream, `ends at ${seen} of ${head}`)]
      }),
  }
}
