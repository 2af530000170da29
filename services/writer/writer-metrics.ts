import { Counter, Gauge, Histogram } from 'prom-client'
import type { Metrics } from '../../shared/runtime/observability/metrics.ts'
import type { RetryCause, WriterMetrics } from './metrics.ts'

const secondsBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]
const recordsBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]

export interface RegisteredWriterMetrics extends WriterMetrics {
  /** Before each scrape: so many records are not handled yet. */
  readonly onLag: (records: number) => void
}

/** The writer's metrics, in the registry of the process. Once for each registry. */
export const createWriterMetrics = ({
  registry,
  deliverySeconds,
}: Pick<Metrics, 'registry' | 'deliverySeconds'>): RegisteredWriterMetrics => {
  const registers = [registry]
  const batchRecords = new Histogram({
    name: 'chat_writer_batch_records',
    help: 'Records of one batch that was decided in one transaction',
    buckets: recordsBuckets,
    registers,
  })
  const batchSeconds = new Histogram({
    name: 'chat_writer_batch_seconds',
    help: 'From taking a batch to its being ready to be acknowledged',
    buckets: secondsBuckets,
    registers,
  })
  const records = new Counter({
    name: 'chat_writer_records_total',
    help: 'Records by what became of them',
    labelNames: ['result'],
    registers,
  })
  const deadLetters = new Counter({ name: 'chat_dead_letters_total', help: 'Records that were set aside', registers })
  const retries = new Counter({
    name: 'chat_writer_retries_total',
    help: 'Attempts on a batch that failed and are made again, by cause',
    labelNames: ['cause'],
    registers,
  })
  const fanOutFailures = new Counter({
    name: 'chat_writer_fan_out_failures_total',
    help: 'Batches that the fan-out did not take; the sweeps of the gateways deliver them',
    registers,
  })
  const clampedTimes = new Counter({
    name: 'chat_writer_clamped_times_total',
    help: 'Commands whose time was more than a second ahead of the writer’s clock: the clock of a gateway is fast, or this one slow',
    registers,
  })
  const lag = new Gauge({
    name: 'chat_consumer_lag_records',
    help: 'Commands of this writer’s partitions that are not handled yet, as of the last that it was given',
    registers,
  })
  // There before their first time, which could not be told otherwise.
  for (const cause of ['clash', 'store', 'event-stream', 'dead-letter'] satisfies RetryCause[]) retries.inc({ cause }, 0)
  return {
    onBatch: ({ records, seconds }) => {
      batchRecords.observe(records)
      batchSeconds.observe(seconds)
    },
    onRecord: (result) => records.inc({ result }),
    onStored: (ageSeconds) => deliverySeconds.observe(ageSeconds, 'stored'),
    onStage: (stage, ageSeconds) => deliverySeconds.observe(ageSeconds, stage),
    onClampedTimes: (commands) => clampedTimes.inc(commands),
    onDeadLetter: () => deadLetters.inc(),
    onRetry: (cause) => retries.inc({ cause }),
    onFanOutFailure: () => fanOutFailures.inc(),
    onLag: (records) => lag.set(records),
  }
}
