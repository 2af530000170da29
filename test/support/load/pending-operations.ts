import type { Sending } from './sending.ts'

export interface PendingOperation {
  readonly operation: number
  readonly sending: Sending
  readonly sentMs: number
}

/**
 * The operations of a socket that are sent and not yet answered, in their order.
 * A sorted array: a `Map` with constant insertions and deletions replaces its
 * table again and again, and V8 keeps the replaced tables for a long time.
 */
export interface PendingOperations {
  readonly size: number
  /** The number of the operation is higher than those of all earlier ones. */
  add(pending: PendingOperation): void
  /** Removes and returns the operation, if it is pending. */
  take(operation: number): PendingOperation | undefined
  /** In the order of sending. */
  all(): PendingOperation[]
}

/** The array is shortened when this many entries at its beginning are unused. */
const mostUnused = 64

export const createPendingOperations = (): PendingOperations => {
  const numbers: number[] = []
  const entries: (PendingOperation | undefined)[] = []
  let first = 0
  let size = 0

  const indexOf = (operation: number): number => {
    let [low, high] = [first, numbers.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((numbers[middle] as number) < operation) low = middle + 1
      else high = middle
    }
    return low
  }

  const dropUnused = (): void => {
    while (first < entries.length && entries[first] === undefined) first += 1
    if (first < entries.length && first < mostUnused) return
    numbers.splice(0, first)
    entries.splice(0, first)
    first = 0
  }

  return {
    get size() {
      return size
    },
    add: (pending) => {
      numbers.push(pending.operation)
      entries.push(pending)
      size += 1
    },
    take: (operation) => {
      const index = indexOf(operation)
      const found = numbers[index] === operation ? entries[index] : undefined
      if (found === undefined) return undefined
      entries[index] = undefined
      size -= 1
      if (index === first) dropUnused()
      return found
    },
    all: () => entries.filter((entry) => entry !== undefined),
  }
}
