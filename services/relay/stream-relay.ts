import type { BatchHandler, CommandLog, Consumption } from '../../shared/ports/command-log.ts'
import type { DeliveryDeps } from './deliver-until-done.ts'
import { deliverUntilDone } from './deliver-until-done.ts'
import { readStreamRecord } from './read-stream-record.ts'

/** The records of the event stream, and the sink that receives their events. */
export interface StreamRelayDeps extends DeliveryDeps {
  readonly consume: CommandLog['consume']
}

const relayBatch =
  (deps: DeliveryDeps): BatchHandler =>
  async ({ records, signal }) => {
    const events = records.map((record) => readStreamRecord(record, deps.log)).filter((event) => event !== undefined)
    await deliverUntilDone(deps, events, signal)
    return { done: Promise.resolve() }
  }

/**
 * Relays the event stream to a sink.
 *
 * Promises:  at least once, and in the order of each partition, so of each room:
 *            a batch is acknowledged after the sink has its events, and the next
 *            batch of the partition is delivered after that. Several processes
 *            share the partitions.
 */
export const startStreamRelay = (deps: StreamRelayDeps): Promise<Consumption> => deps.consume(relayBatch(deps))
