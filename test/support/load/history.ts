import type { Entry } from './entry.ts'
import { entryCodes, entryKinds, operationEvents } from './entry.ts'

/**
 * Everything that one process of a run sent and received, in order.
 *
 * Promises:  36 bytes an entry. `entries` may be read any number of times.
 * Does not:  create an object for each entry: the next entry overwrites the
 *            previous one.
 */
export interface History {
  readonly size: number
  append(entry: Partial<Entry> & Pick<Entry, 'kind'>): void
  entries(): Iterable<Readonly<Entry>>
  /** The bytes, which `historyOf` reads. */
  parts(): readonly Uint8Array[]
}

const words = 9
const entriesPerChunk = 32_768
const tenthsPerMs = 10
const headBytes = 16

const indexOf = <Name extends string>(names: readonly Name[]): Readonly<Record<Name, number>> =>
  Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, number>

const kindIndex = indexOf(entryKinds)
const eventIndex = indexOf(operationEvents)
const codeIndex = indexOf(entryCodes)

const emptyEntry = (): Entry => ({
  kind: 'opened',
  at: 0,
  event: 'none',
  code: 'none',
  socket: 0,
  user: 0,
  room: 0,
  seq: 0,
  command: 0,
  crc: 0,
  operation: 0,
})

const named = <Name>(names: readonly Name[], index: number): Name => {
  const name = names[index & 0xff]
  if (name === undefined) throw new Error('not a history')
  return name
}

const write = (chunk: Uint32Array, at: number, entry: Partial<Entry> & Pick<Entry, 'kind'>, tenths: number): void => {
  const { kind, event = 'none', code = 'none' } = entry
  chunk[at] = kindIndex[kind] | (eventIndex[event] << 8) | (codeIndex[code] << 16)
  chunk[at + 1] = tenths
  chunk[at + 2] = entry.socket ?? 0
  chunk[at + 3] = entry.user ?? 0
  chunk[at + 4] = entry.room ?? 0
  chunk[at + 5] = entry.seq ?? 0
  chunk[at + 6] = entry.command ?? 0
  chunk[at + 7] = entry.crc ?? 0
  chunk[at + 8] = entry.operation ?? 0
}

const read = (chunk: Uint32Array, at: number, startMs: number, into: Entry): Entry => {
  const head = chunk[at] ?? 0
  into.kind = named(entryKinds, head)
  into.event = named(operationEvents, head >>> 8)
  into.code = named(entryCodes, head >>> 16)
  into.at = startMs + (chunk[at + 1] ?? 0) / tenthsPerMs
  into.socket = chunk[at + 2] ?? 0
  into.user = chunk[at + 3] ?? 0
  into.room = chunk[at + 4] ?? 0
  into.seq = chunk[at + 5] ?? 0
  into.command = chunk[at + 6] ?? 0
  into.crc = chunk[at + 7] ?? 0
  into.operation = chunk[at + 8] ?? 0
  return into
}

const historyFrom = (startMs: number, chunks: Uint32Array[], filled: number): History => {
  let size = filled
  return {
    get size() {
      return size
    },
    append: (entry) => {
      const place = size % entriesPerChunk
      if (place === 0) chunks.push(new Uint32Array(entriesPerChunk * words))
      const chunk = chunks.at(-1) as Uint32Array
      write(chunk, place * words, entry, Math.round(((entry.at ?? startMs) - startMs) * tenthsPerMs))
      size += 1
    },
    entries: function* () {
      const entry = emptyEntry()
      for (let index = 0; index < size; index += 1) {
        const chunk = chunks[Math.floor(index / entriesPerChunk)] as Uint32Array
        yield read(chunk, (index % entriesPerChunk) * words, startMs, entry)
      }
    },
    parts: () => [
      new Uint8Array(new Float64Array([startMs, size]).buffer),
      ...chunks.map((chunk, index) => {
        const used = Math.min(entriesPerChunk, size - index * entriesPerChunk) * words
        return new Uint8Array(chunk.buffer, 0, used * chunk.BYTES_PER_ELEMENT)
      }),
    ],
  }
}

/** An empty history. Its entries are at most five days later than `startMs`. */
export const createHistory = (startMs: number): History => historyFrom(startMs, [], 0)

/** Records nothing, for a load that is only measured. */
export const noHistory = (startMs: number): History => ({ ...createHistory(startMs), append: () => {} })

/** Reads the concatenated `parts`. */
export const historyOf = (bytes: Uint8Array): History => {
  // A copy, because the words must be aligned and a Buffer may start at any byte.
  const copied = (from: number, to?: number): ArrayBuffer => new Uint8Array(bytes.subarray(from, to)).buffer
  const [startMs = 0, size = 0] = new Float64Array(copied(0, headBytes))
  const all = new Uint32Array(copied(headBytes))
  if (all.length !== size * words) throw new Error('not a history, or one that was cut')
  const chunks: Uint32Array[] = []
  for (let start = 0; start < all.length; start += entriesPerChunk * words) {
    const chunk = new Uint32Array(entriesPerChunk * words)
    chunk.set(all.subarray(start, start + entriesPerChunk * words))
    chunks.push(chunk)
  }
  return historyFrom(startMs, chunks, size)
}
