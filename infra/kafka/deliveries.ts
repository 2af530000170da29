import type { EachBatchHandler, EachBatchPayload } from 'kafkajs'
import type { Clock } from '../../shared/ports/clock.ts'
import type { BatchHandler, RecordBatch } from '../../shared/ports/command-log.ts'
import { backOff } from './back-off.ts'
import type { KafkaLog } from './kafka-log.ts'
import type { KafkaTimes } from './kafka-options.ts'
import type { OffsetCommits } from './offset-commits.ts'
import { readRecord } from './record-text.ts'
import type { Tenure } from './tenure.ts'
import { tenure } from './tenure.ts'

/**
 * What the driver fetches, on its way to the handler and back.
 *
 * Promises:  the driver learns that a batch is done only after its handler has
 *            resolved, and hears no error of a handler, of which five would end
 *            it. The group hears of us while a handler works, which the driver
 *            does not see to.
 */
export interface Deliveries {
  readonly eachBatch: EachBatchHandler
  /** Records of our partitions that are not handled yet, as of each one's last fetch. */
  readonly lag: number
  /** The group has given us these partitions. */
  begin(partitions: readonly number[]): void
  /** The group takes back what it gave. */
  lose(cause: Error): void
  /** Hands on no further batch; resolves when those in hand are done or given up. */
  finish(): Promise<void>
  /** No timer fires afterwards. */
  end(): void
}

export interface DeliveriesOptions {
  readonly handler: BatchHandler
  readonly commits: OffsetCommits
  readonly times: KafkaTimes
  readonly clock: Clock
  readonly log: KafkaLog
}

const nextOf = (offset: string): string => String(BigInt(offset) + 1n)

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown')

export const deliveries = ({ handler, commits, times, clock, log }: DeliveriesOptions): Deliveries => {
  const inHand = new Set<Promise<void>>()
  const lags = new Map<number, number>()
  let current: Tenure | undefined
  let askGroup: (() => Promise<void>) | undefined
  let isFinishing = false

  const pulse = setInterval(() => {
    // What is lost is told to the handler, by the batch's signal.
    if (inHand.size > 0 && askGroup !== undefined) current?.heartbeat(askGroup).catch(() => {})
  }, times.consumerHeartbeatMs).unref()

  /** Until the handler resolves, or false when the batch is given up because we are leaving. Throws when it is lost. */
  const handle = async (batch: RecordBatch, held: Tenure): Promise<boolean> => {
    for (let failures = 1; ; failures += 1) {
      try {
        await handler(batch)
        return true
      } catch (error) {
        // Kafka's own error, because it tells the driver what to do about it.
        if (held.lost !== undefined) throw held.lost
        if (held.signal.aborted) return false
        const { partition } = batch
        if (failures === 1) log.warn({ partition, error: nameOf(error) }, 'a handler threw; its batch is delivered again')
      }
      await backOff({ clock, times }, failures, held.signal)
      if (isFinishing) return false
      await batch.heartbeat()
    }
  }

  const deliver = async ({ batch, heartbeat, resolveOffset, commitOffsetsIfNecessary }: EachBatchPayload, held: Tenure) => {
    const { partition, messages, highWatermark } = batch
    const last = messages.at(-1)
    if (last === undefined) return
    const records = messages.map((message) => readRecord(message, partition))
    const behind = Number(BigInt(highWatermark) - BigInt(last.offset) - 1n)
    lags.set(partition, behind + records.length)
    const isDone = await handle({ partition, records, heartbeat: () => held.heartbeat(heartbeat), signal: held.signal }, held)
    // Whoever has the partition now decides what is done.
    if (!isDone || held !== current) return
    lags.set(partition, behind)
    resolveOffset(last.offset)
    commits.done(partition, nextOf(last.offset), commitOffsetsIfNecessary)
    if (held.signal.aborted) await commits.flush()
  }

  return {
    eachBatch: async (payload) => {
      // Fetched before the group changed, and another's by now.
      if (isFinishing || current === undefined || !current.partitions.has(payload.batch.partition)) return
      if (current.lost !== undefined) throw current.lost
      askGroup = payload.heartbeat
      const delivering = deliver(payload, current)
      inHand.add(delivering)
      try {
        await delivering
      } finally {
        inHand.delete(delivering)
      }
    },
    get lag() {
      return [...lags.values()].reduce((sum, each) => sum + each, 0)
    },
    begin: (partitions) => {
      current?.lose(new Error('the group has changed'))
      commits.forget()
      lags.clear()
      current = tenure(partitions, times.consumerSessionMs, clock)
      if (isFinishing) current.giveBack()
    },
    lose: (cause) => current?.lose(cause),
    finish: async () => {
      isFinishing = true
      current?.giveBack()
      await Promise.allSettled(inHand)
    },
    end: () => clearInterval(pulse),
  }
}
