/** What a partition may be waiting for. */
export type Part = 'eventStore' | 'eventStream' | 'deadLetter'

/** Which partitions wait for which part. */
export interface StalledPartitions {
  /** An attempt has failed. */
  report(part: Part, partition: number): void
  /** The part has answered this partition, or the batch was given up. */
  clear(part: Part, partition: number): void
  /** By part: the partitions that wait; a part that works is absent. */
  waiting(): Readonly<Partial<Record<Part, readonly number[]>>>
}

export const createStalledPartitions = (): StalledPartitions => {
  const waiting = new Map<Part, Set<number>>()
  return {
    report: (part, partition) => {
      const partitions = waiting.get(part) ?? new Set<number>()
      waiting.set(part, partitions.add(partition))
    },
    clear: (part, partition) => {
      const partitions = waiting.get(part)
      partitions?.delete(partition)
      if (partitions?.size === 0) waiting.delete(part)
    },
    waiting: () => Object.fromEntries([...waiting].map(([part, partitions]) => [part, [...partitions].sort((a, b) => a - b)])),
  }
}
