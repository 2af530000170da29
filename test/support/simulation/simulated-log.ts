import type { BatchHandler, CommandLog, LogRecord, NewRecord } from '../../../shared/ports/command-log.ts'
import { PublishError } from '../../../shared/ports/command-log.ts'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface LogFaults {
  /** A publish that fails before anything is in the log, and one that fails although everything is. */
  readonly refusal: number
  readonly unknown: number
  /** A batch is handed to a second handler while the first still works at it, as when a frozen writer thaws. */
  readonly zombie: number
}

export interface SimulatedLog extends CommandLog {
  /** Until `calm` or that much later, nothing is accepted; of some publishes nobody can tell. */
  away(forMs: number): void
  calm(): void
}

const partitions = 2

/** An ordered log of a few partitions that delivers at least once, with the seed's delays and faults. */
export const simulatedLog = (clock: VirtualClock, random: Random, faults: LogFaults): SimulatedLog => {
  let now = faults
  let awayUntilMs = 0
  const logs: LogRecord[][] = Array.from({ length: partitions }, () => [])
  const committed = logs.map(() => 0)
  /** Whoever began to consume last has the partitions. */
  let consumers = 0
  const wakeUps = new Set<() => void>()

  const append = ({ key, value, headers }: NewRecord): void => {
    const partition = [...key].reduce((sum, char) => sum + char.charCodeAt(0), 0) % partitions
    const log = logs[partition] ?? []
    log.push({ key, value, headers, partition, offset: String(log.length) })
  }

  const consumePartition = async (partition: number, handler: BatchHandler, isOwner: () => boolean): Promise<void> => {
    const signal = new AbortController().signal
    const log = logs[partition] ?? []
    for (;;) {
      await clock.sleep(random.next() * 20)
      const next = committed[partition] ?? 0
      if (!isOwner()) return
      if (next >= log.length) {
        await new Promise<void>((resolve) => wakeUps.add(resolve))
        continue
      }
      const records = log.slice(next, next + 1 + random.below(5))
      const batch = { partition, records, heartbeat: async () => undefined, signal }
      if (random.chance(now.zombie)) void clock.sleep(random.next() * 40).then(() => handler(batch))
      const { done, handled = records.length } = await handler(batch)
      await done
      if (isOwner()) committed[partition] = next + handled
    }
  }

  const beAway = async (): Promise<void> => {
    if (clock.monotonicMs() >= awayUntilMs) return
    const isKnown = random.chance(0.7)
    await clock.sleep(isKnown ? 1 : 200)
    throw new PublishError(isKnown ? 'refused' : 'unknown', 'simulated')
  }

  return {
    publish: async (records) => {
      await beAway()
      await clock.sleep(random.next() * 10)
      if (random.chance(now.refusal)) throw new PublishError('refused', 'simulated')
      for (const record of records) append(record)
      for (const wake of wakeUps) wake()
      wakeUps.clear()
      await clock.sleep(random.next() * 10)
      if (random.chance(now.unknown)) throw new PublishError('unknown', 'simulated')
    },
    consume: async (handler) => {
      consumers += 1
      const mine = consumers
      for (let partition = 0; partition < partitions; partition += 1)
        void consumePartition(partition, handler, () => mine === consumers)
      return { stop: async () => undefined, rewind: async () => undefined, failed: new Promise<never>(() => undefined), lag: 0 }
    },
    deadLetter: async (record, reason) => {
      throw new Error(`nothing is to be set aside here: ${reason} (${record.offset})`)
    },
    close: async () => undefined,
    away: (forMs) => {
      awayUntilMs = clock.monotonicMs() + forMs
    },
    calm: () => {
      now = { refusal: 0, unknown: 0, zombie: 0 }
      awayUntilMs = 0
    },
  }
}
