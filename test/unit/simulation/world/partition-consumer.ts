import type { BatchHandler, LogRecord } from '../../../../shared/ports/command-log.ts'
import type { Random } from '../../../support/simulation/random.ts'
import type { VirtualClock } from '../virtual-clock.ts'

/** Called when the offsets of these records are committed; the commit began at `sinceMs`. */
export type OnAcknowledged = (records: readonly LogRecord[], sinceMs: number) => void

/** The records of a partition, and the committed offset of the consumer group. */
export interface Partition {
  readonly records: readonly LogRecord[]
  committed: number
}

export interface PartitionConsumerDeps {
  readonly clock: VirtualClock
  readonly random: Random
  readonly faults: { readonly rebalance: number }
  readonly handler: BatchHandler
  readonly onAcknowledged: OnAcknowledged
  readonly isOwner: () => boolean
  readonly rewind: () => void
  readonly wake: () => void
  /** Resolves when records were appended, offsets were committed, or a consumer was stopped. */
  readonly untilWoken: () => Promise<void>
}

export interface PartitionConsumer {
  /** Drops the batches in hand; resolves when no offset commit is in flight. */
  stop(): Promise<void>
}

interface HandledPart {
  readonly records: readonly LogRecord[]
  isDone: boolean
}

/** Handled batches that are not acknowledged. */
const mostUnacknowledged = 4
/** An offset commit takes so long at most, and begins so long at most after a batch is done. */
const commitMs = 30
const commitEveryMs = 60

/** Consumes one partition from its committed offset, until it is stopped or loses the partition. */
export const startPartitionConsumer = (partition: Partition, index: number, deps: PartitionConsumerDeps): PartitionConsumer => {
  const { clock, random, faults, handler, onAcknowledged, isOwner, rewind, wake, untilWoken } = deps
  const ending = new AbortController()
  const unacknowledged: HandledPart[] = []
  const committing = new Set<Promise<void>>()
  let position = partition.committed

  /** Commits the offsets of the finished prefix; refused when another consumer is the owner. */
  const acknowledge = (): void => {
    const end = unacknowledged.findIndex(({ isDone }) => !isDone)
    const done = unacknowledged.slice(0, end < 0 ? unacknowledged.length : end)
    if (done.length === 0) return
    const records = done.flatMap((part) => part.records)
    const to = Number(records.at(-1)?.offset) + 1
    const sinceMs = clock.monotonicMs()
    const commit = clock.sleep(random.next() * commitMs).then(() => {
      committing.delete(commit)
      if (!isOwner()) return ending.abort()
      if (to <= partition.committed) return
      onAcknowledged(records, sinceMs)
      partition.committed = to
      for (const part of done) if (unacknowledged[0] === part) unacknowledged.shift()
      wake()
    })
    committing.add(commit)
  }
  const acknowledgeLater = async (part: HandledPart): Promise<void> => {
    part.isDone = true
    await clock.sleep(random.next() * commitEveryMs)
    if (!ending.signal.aborted) acknowledge()
  }

  const handleNext = async (): Promise<void> => {
    const { signal } = ending
    const records = partition.records.slice(position, position + 1 + random.below(4))
    const batch = { partition: index, records, heartbeat: async () => undefined, signal }
    const { done, handled = records.length } = await handler(batch)
    if (signal.aborted) return void done.catch(() => undefined)
    position += handled
    const part: HandledPart = { records: records.slice(0, handled), isDone: false }
    unacknowledged.push(part)
    void done.then(
      () => (signal.aborted ? undefined : acknowledgeLater(part)),
      () => rewind(),
    )
    if (random.chance(faults.rebalance)) rewind()
  }

  const consume = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await clock.sleep(random.next() * 10)
      if (ending.signal.aborted) return
      const isIdle = position >= partition.records.length || unacknowledged.length >= mostUnacknowledged
      if (isIdle) await untilWoken()
      else await handleNext().catch(() => clock.sleep(20))
    }
  }
  void consume()

  return {
    stop: async () => {
      ending.abort()
      wake()
      await Promise.all(committing)
    },
  }
}
