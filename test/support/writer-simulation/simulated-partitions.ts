import type { BatchHandler, Consumption, LogRecord } from '../../../shared/ports/command-log.ts'
import type { Random } from '../simulation/random.ts'
import type { VirtualClock } from '../simulation/virtual-clock.ts'

/** What the checker is told when a consumer acknowledges. */
export type OnAcknowledged = (records: readonly LogRecord[], sinceMs: number) => void

export interface PartitionFaults {
  /** An offset commit takes so long at most; a rewind has to wait for it. */
  readonly commitMs: number
  /** Offsets wait so long at most before they are committed. */
  readonly commitEveryMs: number
}

/**
 * The log of commands, and the group that consumes it: the last consumer that
 * began owns every partition. An earlier one goes on until its offsets are refused.
 */
export interface SimulatedPartitions {
  append(records: readonly Omit<LogRecord, 'partition' | 'offset'>[]): void
  consume(handler: BatchHandler): Promise<Consumption>
  readonly records: readonly LogRecord[]
  /** All records are acknowledged. */
  readonly isDone: boolean
}

const count = 2
/** Handled but not acknowledged batches of one partition. */
const mostInHand = 4

interface HandledPart {
  readonly records: readonly LogRecord[]
  isDone: boolean
}

/** One assignment of a partition to a consumer, from a start or a rewind to the next. */
interface Assigned {
  readonly ending: AbortController
  position: number
  readonly inHand: HandledPart[]
}

export const simulatedPartitions = (
  clock: VirtualClock,
  random: Random,
  faults: PartitionFaults,
  onAcknowledged: OnAcknowledged,
): SimulatedPartitions => {
  const logs: LogRecord[][] = Array.from({ length: count }, () => [])
  const committed = logs.map(() => 0)
  const wakeUps = new Set<() => void>()
  let owner = 0

  const wake = (): void => {
    for (const each of wakeUps) each()
    wakeUps.clear()
  }

  const consumer = (handler: BatchHandler) => {
    owner += 1
    const mine = owner
    const committing = new Set<Promise<void>>()
    const assigned = logs.map((_, partition): Assigned => begin(committed[partition] ?? 0))

    /** Offsets are committed now and then: what is done meanwhile is given up by a rewind. */
    const acknowledgeLater = (partition: number, held: Assigned): void => {
      void clock.sleep(random.next() * faults.commitEveryMs).then(() => {
        if (!held.ending.signal.aborted) acknowledge(partition, held)
      })
    }

    /** The finished prefix, in order, after a while; refused when another consumer is the owner. */
    const acknowledge = (partition: number, held: Assigned): void => {
      const end = held.inHand.findIndex(({ isDone }) => !isDone)
      const done = held.inHand.slice(0, end < 0 ? held.inHand.length : end)
      if (done.length === 0) return
      const records = done.flatMap((part) => part.records)
      const to = Number(records.at(-1)?.offset) + 1
      const sinceMs = clock.monotonicMs()
      const commit = clock.sleep(random.next() * faults.commitMs).then(() => {
        committing.delete(commit)
        if (mine !== owner) return held.ending.abort()
        if (to <= (committed[partition] ?? 0)) return
        onAcknowledged(records, sinceMs)
        committed[partition] = to
        for (const part of done) if (held.inHand[0] === part) held.inHand.shift()
        wake()
      })
      committing.add(commit)
    }

    const handleNext = async (partition: number, held: Assigned): Promise<void> => {
      const log = logs[partition] ?? []
      const batch = log.slice(held.position, held.position + 1 + random.below(4))
      const { signal } = held.ending
      const { done, handled } = await handler({ partition, records: batch, heartbeat: async () => undefined, signal })
      const records = batch.slice(0, handled)
      if (signal.aborted) return void done.catch(() => undefined)
      held.position += records.length
      const part: HandledPart = { records, isDone: false }
      held.inHand.push(part)
      void done.then(
        () => {
          part.isDone = true
          if (!signal.aborted) acknowledgeLater(partition, held)
        },
        () => void rewind(),
      )
    }

    const work = async (partition: number, held: Assigned): Promise<void> => {
      while (!held.ending.signal.aborted) {
        await clock.sleep(random.next() * 10)
        if (held.ending.signal.aborted) return
        const isIdle = held.position >= (logs[partition] ?? []).length || held.inHand.length >= mostInHand
        if (isIdle) await new Promise<void>((resolve) => wakeUps.add(resolve))
        else await handleNext(partition, held).catch(() => clock.sleep(20))
      }
    }

    const beginAll = (): void => {
      for (const [partition, held] of assigned.entries()) void work(partition, held)
    }

    /** Drops what is in hand, waits for the commits in flight, and begins at the acknowledged offsets. */
    const rewind = async (): Promise<void> => {
      const dropped = [...assigned]
      for (const { ending } of dropped) ending.abort()
      wake()
      await Promise.all(committing)
      if (mine !== owner || assigned[0] !== dropped[0]) return
      for (const partition of assigned.keys()) assigned[partition] = begin(committed[partition] ?? 0)
      beginAll()
    }
    return { beginAll, rewind }
  }

  return {
    append: (records) => {
      for (const record of records) {
        const partition = [...record.key].reduce((sum, char) => sum + char.charCodeAt(0), 0) % count
        const log = logs[partition] ?? []
        log.push({ ...record, partition, offset: String(log.length) })
      }
      wake()
    },
    consume: async (handler) => {
      const { beginAll, rewind } = consumer(handler)
      beginAll()
      return { stop: async () => undefined, rewind, failed: new Promise<never>(() => undefined), lag: 0 }
    },
    get records() {
      return logs.flat()
    },
    get isDone() {
      return logs.every((log, partition) => committed[partition] === log.length)
    },
  }
}

const begin = (position: number): Assigned => ({ ending: new AbortController(), position, inHand: [] })
