import type { ICustomPartitioner } from 'kafkajs'

/** The constants of murmur2, as Kafka's own clients have them. */
const [seed, multiplier] = [0x9747b28c, 0x5bd1e995]

const mixed = (word: number): number => {
  const product = Math.imul(word, multiplier)
  return Math.imul(product ^ (product >>> 24), multiplier)
}

/** Kafka's hash of a key, in 32 bits. */
const murmur2 = (key: Buffer): number => {
  const whole = key.length & ~3
  let hash = seed ^ key.length
  for (let at = 0; at < whole; at += 4) hash = Math.imul(hash, multiplier) ^ mixed(key.readInt32LE(at))
  const rest = key.length - whole
  if (rest > 0) {
    for (let at = 0; at < rest; at += 1) hash ^= (key[whole + at] as number) << (8 * at)
    hash = Math.imul(hash, multiplier)
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return hash ^ (hash >>> 15)
}

/**
 * The partition of a key, the same that every other client of Kafka finds. The
 * driver's own partitioner agrees, and reckons in 64 bits on objects, which
 * was a fifteenth of a writer's time.
 */
export const partitionOf = (key: string | Buffer, partitions: number): number =>
  (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % partitions

/** The number of partitions of a topic is not the one that this process was started with. */
export class PartitionsChangedError extends Error {
  override readonly name = 'PartitionsChangedError'
}

/**
 * For records with a key; one without goes to the first partition. Throws for
 * a topic that has another number of partitions than expected: a key that
 * changes its partition loses its order, so a process keeps to one number.
 */
export const keyPartitioner =
  (expected: ReadonlyMap<string, number> = new Map()): ICustomPartitioner =>
  () =>
  ({ topic, partitionMetadata: { length }, message }) => {
    const wanted = expected.get(topic) ?? length
    if (wanted !== length) throw new PartitionsChangedError(partitionsDiffer(topic, length, wanted))
    return partitionOf(message.key ?? '', length)
  }

export const partitionsDiffer = (topic: string, found: number, wanted: number): string =>
  `the topic ${topic} has ${found} partitions, and PARTITIONS says ${wanted}`
