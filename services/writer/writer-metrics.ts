import { Counter, Gauge, Histogram } from 'prom-client'
import type { Metrics } from '../../shared/runtime/observability/metrics.ts'
import type { RetryCause, WriterMetrics } from './metrics.ts'

const secondsBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]
const recordsBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]

/** The writer's measurements in a Prometheus registry. */
export interface RegisteredWriterMetrics extends WriterMetrics {
  /** Called before each scrape, with the number of unacknowledged records. */
  readonly onLag: (records: number) => void
}

/** Registers the writer's metrics; to be called once per registry. */
export const createWriterMetrics = ({
  registry,
  deliverySeconds,
}: Pick<Metrics, 'registry' | 'deliverySeconds'>): RegisteredWriterMetrics => {
  const registers = [registry]
  const batchRecords = new Histogram({
    name: 'chat_writer_batch_records',
    help: 'Records per batch',
    buckets: recordsBuckets,
    registers,
  })
  const batchSeconds = new Histogram({
    name: 'chat_writer_batch_seconds',
    help: 'Seconds to handle a batch: read, decide, append, publish, dead-letter',
    buckets: secondsBuckets,
    registers,
  })
  const records = new Counter({
    name: 'chat_writer_records_total',
    help: 'Records by result',
    labelNames: ['result'],
    registers,
  })
  const deadLetters = new Counter({ name: 'chat_dead_letters_total', help: 'Records moved to the dead-letter topic', registers })
  const retries = new Counter({
    name: 'chat_writer_retries_total',
    help: 'Failed attempts on a batch that are retried, by cause',
    labelNames: ['cause'],
    registers,
  })
  const fanOutFailures = new Counter({
    name: 'chat_writer_fan_out_failures_total',
    help: 'Batches whose publication to the fan-out failed; the head sweeps of the gateways deliver their events',
    registers,
  })
  const clampedTimes = new Counter({
    name: 'chat_writer_clamped_times_total',
    help: 'Commands dated more than one second ahead of the writer’s clock: the clock of a gateway is fast, or the clock of the writer is slow',
    registers,
  })
  const lag = new Gauge({
    name: 'chat_consumer_lag_records',
    help: 'Unacknowledged commands in the partitions of this writer, as of the last fetch',
    registers,
  })
  const lastCommit = new Gauge({
    name: 'chat_writer_last_commit_timestamp_seconds',
    help: 'Time at which the writer last stored and published a batch; 0 before the first',
    registers,
  })
  // Registered at 0, so that Prometheus sees the first increment.
  for (const cause of ['clash', 'store', 'event-stream', 'dead-letter'] satisfies RetryCause[]) retries.inc({ cause }, 0)
  return {
    onBatch: ({ records, seconds }) => {
      batchRecords.observe(records)
      batchSeconds.observe(seconds)
      lastCommit.setToCurrentTime()
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
