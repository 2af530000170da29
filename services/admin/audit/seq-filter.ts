const words = 2 ** 22
const probes = 4

/** Remembers pairs of a stream and a seq in 16 MiB, however many. It never denies a pair that was added, and rarely claims another one. */
export interface SeqFilter {
  add(stream: string, seq: number): void
  has(stream: string, seq: number): boolean
}

/** FNV-1a, with the mixing steps of MurmurHash3 so that neighbouring seqs differ in all bits. */
const hashOf = (stream: string, seq: number, basis: number): number => {
  let hash = basis
  for (let index = 0; index < stream.length; index += 1) hash = Math.imul(hash ^ stream.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (seq & 0xffff), 0x01000193)
  hash = Math.imul(hash ^ Math.floor(seq / 0x10000), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

export const createSeqFilter = (): SeqFilter => {
  const bits = new Uint32Array(words)
  const placesOf = (stream: string, seq: number): readonly number[] => {
    const first = hashOf(stream, seq, 0x811c9dc5)
    const step = (hashOf(stream, seq, 0x9747b28c) | 1) >>> 0
    return Array.from({ length: probes }, (_, probe) => (first + probe * step) % (words * 32))
  }
  const wordAt = (place: number): number => bits[place >>> 5] ?? 0
  return {
    add: (stream, seq) => {
      for (const place of placesOf(stream, seq)) bits[place >>> 5] = wordAt(place) | (1 << (place & 31))
    },
    has: (stream, seq) => placesOf(stream, seq).every((place) => (wordAt(place) & (1 << (place & 31))) !== 0),
  }
}
