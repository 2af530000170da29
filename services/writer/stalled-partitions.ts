/** A dependency that a partition may be waiting for. */
export type Part = 'eventStore' | 'eventStream' | 'deadLetter'

/** The partitions whose batch is waiting for a dependency, shown in readiness. */
export interface StalledPartitions {
  /** An attempt of this partition has failed. */
  report(part: Part, partition: number): void
  /** An attempt of this partition has succeeded, or its batch was abandoned. */
  clear(part: Part, partition: number): void
  /** The waiting partitions by dependency; a dependency without waiting partitions is absent. */
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
