const words = 2 ** 22
const probes = 4

/** A Bloom filter of pairs of stream and seq, of constant size (16 MiB). Never misses a pair that was added; rarely reports one that was not. */
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
  const positionsOf = (stream: string, seq: number): readonly number[] => {
    const first = hashOf(stream, seq, 0x811c9dc5)
    const step = (hashOf(stream, seq, 0x9747b28c) | 1) >>> 0
    return Array.from({ length: probes }, (_, probe) => (first + probe * step) % (words * 32))
  }
  const wordAt = (position: number): number => bits[position >>> 5] ?? 0
  return {
    add: (stream, seq) => {
      for (const position of positionsOf(stream, seq)) bits[position >>> 5] = wordAt(position) | (1 << (position & 31))
    },
    has: (stream, seq) => positionsOf(stream, seq).every((position) => (wordAt(position) & (1 << (position & 31))) !== 0),
  }
}
