import { createWriter } from '../../../services/writer/writer.ts'
import type { CommandLog } from '../../../shared/ports/command-log.ts'
import type { Append, Appender } from '../../../shared/ports/event-store.ts'
import type { EventStream } from '../../../shared/ports/event-stream.ts'
import type { FanOut } from '../../../shared/ports/fan-out.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { append, userCreated } from '../../contract/stored-chat.ts'
import type { MemoryStore } from '../memory-store/memory-store.ts'
import { memoryStore } from '../memory-store/memory-store.ts'
import type { Life } from '../simulation/life.ts'
import { createLife } from '../simulation/life.ts'
import type { Random } from '../simulation/random.ts'
import type { VirtualClock } from '../simulation/virtual-clock.ts'
import { faultyAppenders } from './faulty-appenders.ts'
import { simulatedUsers } from './random-commands.ts'
import type { SimulatedPartitions } from './simulated-partitions.ts'
import { simulatedPartitions } from './simulated-partitions.ts'
import type { WriterChecks } from './writer-checks.ts'
import { writerChecks } from './writer-checks.ts'

/** How often things went wrong, so that a test sees that a run means something. */
export interface WriterCounts {
  stale: number
  losses: number
  failOvers: number
  writers: number
}

/** Real writers, one after another and beside each other, on one log and one store. */
export interface WriterWorld {
  readonly log: SimulatedPartitions
  readonly memory: MemoryStore
  readonly checks: WriterChecks
  readonly counts: Readonly<WriterCounts>
  /** A writer that takes every partition; an earlier one does not know that yet, unless it was killed. */
  startWriter(): void
  killWriter(): void
  /** The database loses its last commits, and every connection. */
  failOver(): void
  /** No more faults from now on; delays stay. */
  calm(): void
}

const nothing = (): void => undefined

const silentFanOut: FanOut = {
  publish: async () => undefined,
  subscribe: () => ({ ready: Promise.resolve(), close: nothing }),
  state: 'up',
  onRestored: () => nothing,
  close: async () => undefined,
}

const metricsOf = (counts: WriterCounts) => ({
  onBatch: nothing,
  onRecord: nothing,
  onClampedTimes: nothing,
  onDeadLetter: nothing,
  onStored: nothing,
  onStage: () => {},
  onFanOutFailure: nothing,
  onRetry: (cause: string): void => {
    if (cause === 'clash') counts.stale += 1
  },
})

export const writerWorld = async (clock: VirtualClock, random: Random): Promise<WriterWorld> => {
  const counts: WriterCounts = { stale: 0, losses: 0, failOvers: 0, writers: 0 }
  const faults = faultyAppenders(clock, random, { failure: 0.02, late: 0.02, broken: 0.02 })
  const commits: Append[] = []
  let isFaulty = false
  let life: Life | undefined

  const memory = memoryStore({
    pause: async (point) => (isFaulty ? faults.pause(point) : undefined),
    onCommit: (batch) => {
      if (!isFaulty) return
      checks.onCommit(batch)
      commits.push(batch)
    },
  })
  const run = { nowMs: clock.monotonicMs, records: () => log.records, events: memory.events, outcome: memory.outcome }
  const checks = writerChecks(run)
  const log = simulatedPartitions(clock, random, { commitMs: 30, commitEveryMs: 60 }, checks.onAcknowledged)
  let isCalm = false

  const eventStream: EventStream = {
    publish: async (records) => {
      await clock.sleep(random.next() * 15)
      if (!isCalm && random.chance(0.05)) throw new Error('simulated')
      checks.onStreamed(records)
      if (!isCalm && random.chance(0.05)) throw new Error('simulated')
    },
    close: async () => undefined,
  }
  const commandLog: CommandLog = {
    publish: () => Promise.reject(new Error('not used')),
    consume: (handler) => log.consume(handler),
    deadLetter: (_, reason) => Promise.reject(new Error(`no record is faulty here: ${reason}`)),
    close: async () => undefined,
  }

  /** As the process of this life sees the store. */
  const storeFor = (mine: Life) => ({
    ...memory.store,
    openAppender: async (): Promise<Appender> => {
      const appender = await mine.bound({ open: () => faults.open(memory.store.openAppender) }).open()
      void appender.lost.then(() => {
        counts.losses += 1
      })
      return { ...mine.bound(appender), lost: appender.lost }
    },
  })

  await append(memory.store, ...simulatedUsers.map((id, n) => userCreated(id, `ext-${n}`)))
  isFaulty = true
  return {
    log,
    memory,
    checks,
    counts,
    startWriter: () => {
      const mine = createLife()
      life = mine
      counts.writers += 1
      const bounds = { writerMemoryEntries: random.pick([3, 12, 1_000]), writerBatchRecords: random.pick([2, 500]) }
      void createWriter({
        commandLog,
        eventStore: storeFor(mine),
        eventStream: mine.bound(eventStream),
        fanOut: silentFanOut,
        clock: mine.clock(clock, 0),
        log: { info: nothing, warn: nothing, error: nothing },
        metrics: metricsOf(counts),
        times: defaultTimes,
        bounds: { ...defaultBounds, ...bounds },
        limits: defaultLimits,
      }).start()
    },
    killWriter: () => life?.end(),
    failOver: () => {
      const lost = commits.splice(Math.max(0, commits.length - 1 - random.below(4)))
      counts.failOvers += 1
      checks.onLost(lost)
      memory.store.failOver(lost.length)
    },
    calm: () => {
      isCalm = true
      faults.calm()
    },
  }
}
