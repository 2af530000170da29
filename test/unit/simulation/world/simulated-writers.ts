import { createWriter } from '../../../../services/writer/writer.ts'
import type { Append, Appender, EventStore } from '../../../../shared/ports/event-store.ts'
import type { EventStream, StreamRecord } from '../../../../shared/ports/event-stream.ts'
import type { FanOut, Publication } from '../../../../shared/ports/fan-out.ts'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import type { Random } from '../../../support/simulation/random.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Life } from './life.ts'
import { createLife } from './life.ts'
import type { SimulatedLog } from './simulated-log.ts'
import { simulatedBounds, simulatedTimes } from './simulated-settings.ts'
import type { SimulatedStore } from './simulated-store.ts'

/** How often each fault occurred, so that a test can require some of each. */
export interface WriterCounts {
  stale: number
  losses: number
  failOvers: number
  writers: number
}

/** Writers, one after another and at the same time, on one log and one store. */
export interface SimulatedWriters {
  readonly counts: Readonly<WriterCounts>
  /** Starts a writer that takes every partition; an earlier one continues until it loses them. */
  start(): Promise<void>
  /** Ends the newest writer without a further step. */
  kill(): void
  /** The database loses up to four of its last commits, and every connection. */
  failOver(): void
  calm(): void
}

export interface WritersDeps {
  readonly clock: VirtualClock
  readonly random: Random
  readonly log: SimulatedLog
  readonly store: SimulatedStore
  readonly fanOut: FanOut
  /** The commits of the store, in order; a fail-over removes the last ones. */
  readonly commits: Append[]
  readonly onStreamed: (records: readonly StreamRecord[]) => void
  readonly onPublished: (publications: readonly Publication[]) => void
  readonly onLost: (batches: readonly Append[]) => void
}

const nothing = (): void => undefined
/** A writer may warn of retries, but none of its steps may fail for good. */
const failingLog = {
  info: nothing,
  warn: nothing,
  error: (fields: object, text: string): void => {
    throw new Error(text, { cause: fields })
  },
}

const metricsOf = (counts: WriterCounts) => ({
  onBatch: nothing,
  onRecord: nothing,
  onClampedTimes: nothing,
  // J7: no command of any feature level is refused by a writer as unreadable.
  onDeadLetter: (): void => {
    throw new Error('a command became a dead letter')
  },
  onStored: nothing,
  onStage: () => {},
  onFanOutFailure: nothing,
  onRetry: (cause: string): void => {
    if (cause === 'clash') counts.stale += 1
  },
})

export const simulatedWriters = ({ clock, random, log, store, fanOut, ...observer }: WritersDeps): SimulatedWriters => {
  const counts: WriterCounts = { stale: 0, losses: 0, failOvers: 0, writers: 0 }
  let life: Life | undefined
  let isCalm = false

  const maybeFail = (): void => {
    if (!isCalm && random.chance(0.05)) throw new Error('simulated')
  }
  const eventStream: EventStream = {
    publish: async (records) => {
      await clock.sleep(random.next() * 15)
      maybeFail()
      observer.onStreamed(records)
      maybeFail()
    },
    close: async () => undefined,
  }

  const observedFanOut: FanOut = {
    ...fanOut,
    publish: (publications) => {
      observer.onPublished(publications)
      return fanOut.publish(publications)
    },
  }

  /** The store as one writer process sees it. */
  const storeFor = (process: Life): EventStore => ({
    ...process.bound(store.eventStore),
    openAppender: async (): Promise<Appender> => {
      const appender = await process.bound(store.eventStore).openAppender()
      void appender.lost.then(() => {
        counts.losses += 1
      })
      return { ...process.bound(appender), lost: appender.lost }
    },
  })

  return {
    counts,
    start: () => {
      const process = createLife()
      life = process
      counts.writers += 1
      const bounds = { writerMemoryEntries: random.pick([3, 12, 1_000]), writerBatchRecords: random.pick([2, 500]) }
      return createWriter({
        commandLog: process.bound(log),
        eventStore: storeFor(process),
        eventStream: process.bound(eventStream),
        fanOut: observedFanOut,
        clock: process.clock(clock, 0),
        log: failingLog,
        metrics: metricsOf(counts),
        times: simulatedTimes,
        bounds: { ...simulatedBounds, ...bounds },
        limits: defaultLimits,
      }).start()
    },
    kill: () => life?.end(),
    failOver: () => {
      const lost = observer.commits.splice(Math.max(0, observer.commits.length - 1 - random.below(4)))
      counts.failOvers += 1
      observer.onLost(lost)
      store.failOver(lost.length)
    },
    calm: () => {
      isCalm = true
    },
  }
}
