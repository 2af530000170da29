import type { Registry } from 'prom-client'
import { Counter, Histogram } from 'prom-client'
import type { WriterMetrics } from './metrics.ts'

const secondsBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]
const recordsBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]

/** The writer's metrics, in a registry. Once for each registry. */
export const createWriterMetrics = (registry: Registry): WriterMetrics => {
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
  const storedAge = new Histogram({
    name: 'chat_writer_stored_age_seconds',
    help: 'From a command being taken in by a gateway to its event being stored, by the clocks of both',
    buckets: secondsBuckets,
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
  return {
    onBatch: ({ records, seconds }) => {
      batchRecords.observe(records)
      batchSeconds.observe(seconds)
    },
    onRecord: (result) => records.inc({ result }),
    onStored: (ageSeconds) => storedAge.observe(ageSeconds),
    onDeadLetter: () => deadLetters.inc(),
    onRetry: (cause) => retries.inc({ cause }),
    onFanOutFailure: () => fanOutFailures.inc(),
  }
}
