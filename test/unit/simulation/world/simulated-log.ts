import type { BatchHandler, CommandLog, Consumption, LogRecord, NewRecord } from '../../../../shared/ports/command-log.ts'
import { PublishError } from '../../../../shared/ports/command-log.ts'
import type { Random } from '../../../support/simulation/random.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { OnAcknowledged, PartitionConsumer } from './partition-consumer.ts'
import { startPartitionConsumer } from './partition-consumer.ts'

export interface LogFaults {
  /** Probability of a publish that fails before the log has any record, and of one that fails although the log has all. */
  readonly refusal: number
  readonly unknown: number
  /** Probability that a handled batch is followed by a rebalance, which delivers unacknowledged batches again. */
  readonly rebalance: number
}

/**
 * A log of a few partitions that delivers at least once, with delays and
 * faults of a seed. The consumer that started last owns every partition; an
 * earlier one continues until its offset commit is refused.
 */
export interface SimulatedLog extends CommandLog {
  readonly records: readonly LogRecord[]
  /** Whether all records are acknowledged. */
  readonly isDone: boolean
  append(records: readonly NewRecord[]): void
  /** Until `calm` or for that long, no record is accepted; some publishes have an unknown outcome. */
  fail(forMs: number): void
  calm(): void
}

const partitionCount = 2
const refusedMs = 1
const unansweredMs = 200

export const simulatedLog = (
  clock: VirtualClock,
  random: Random,
  initialFaults: LogFaults,
  onAcknowledged: OnAcknowledged = () => undefined,
): SimulatedLog => {
  const faults = { ...initialFaults }
  const partitions = Array.from({ length: partitionCount }, () => ({ records: [] as LogRecord[], committed: 0 }))
  const wakeUps = new Set<() => void>()
  let failsUntilMs = 0
  let owner = 0

  const wake = (): void => {
    for (const each of wakeUps) each()
    wakeUps.clear()
  }
  const append = (records: readonly NewRecord[]): void => {
    for (const { key, value, headers } of records) {
      const partition = [...key].reduce((sum, char) => sum + char.charCodeAt(0), 0) % partitionCount
      const log = partitions[partition]?.records ?? []
      log.push({ key, value, headers, partition, offset: String(log.length) })
    }
    wake()
  }
  const failNow = async (): Promise<void> => {
    if (clock.monotonicMs() >= failsUntilMs) return
    const isRefused = random.chance(0.7)
    await clock.sleep(isRefused ? refusedMs : unansweredMs)
    throw new PublishError(isRefused ? 'refused' : 'unknown', 'simulated')
  }

  const consume = async (handler: BatchHandler): Promise<Consumption> => {
    owner += 1
    const mine = owner
    const deps = {
      clock,
      random,
      faults,
      handler,
      onAcknowledged,
      wake,
      untilWoken: () => new Promise<void>((resolve) => wakeUps.add(resolve)),
    }
    const isOwner = (): boolean => mine === owner
    const start = (): readonly PartitionConsumer[] =>
      partitions.map((partition, index) =>
        startPartitionConsumer(partition, index, { ...deps, isOwner, rewind: () => void rewind() }),
      )
    let consumers = start()
    /** Drops the batches in hand, waits for offset commits in flight, and restarts at the committed offsets. */
    const rewind = async (): Promise<void> => {
      const dropped = consumers
      await Promise.all(dropped.map((consumer) => consumer.stop()))
      if (isOwner() && consumers === dropped) consumers = start()
    }
    return { stop: async () => undefined, rewind, failed: new Promise<never>(() => undefined), lag: 0 }
  }

  return {
    append,
    publish: async (records) => {
      await failNow()
      await clock.sleep(random.next() * 10)
      if (random.chance(faults.refusal)) throw new PublishError('refused', 'simulated')
      append(records)
      await clock.sleep(random.next() * 10)
      if (random.chance(faults.unknown)) throw new PublishError('unknown', 'simulated')
    },
    consume,
    deadLetter: async ({ offset }, reason) => {
      throw new Error(`no record is faulty here: ${reason} (${offset})`)
    },
    close: async () => undefined,
    get records() {
      return partitions.flatMap(({ records }) => records)
    },
    get isDone() {
      return partitions.every(({ records, committed }) => committed === records.length)
    },
    fail: (forMs) => {
      failsUntilMs = clock.monotonicMs() + forMs
    },
    calm: () => {
      Object.assign(faults, { refusal: 0, unknown: 0, rebalance: 0 })
      failsUntilMs = 0
    },
  }
}
