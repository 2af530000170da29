import type { EventStore } from '../../shared/ports/event-store.ts'
import type { EventStream } from '../../shared/ports/event-stream.ts'
import type { RelayPositions } from '../../shared/ports/relay-positions.ts'
import type { SearchIndex } from '../../shared/ports/search-index.ts'
import type { SharedConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { searchSink } from '../relay/search/search-sink.ts'
import { startStoreRelay } from '../relay/store-relay.ts'

/** The store that is indexed, and the index. */
export interface IndexedStore {
  readonly eventStore: EventStore
  readonly relayPositions: RelayPositions
  readonly searchIndex: SearchIndex
}

/**
 * Keeps the search index up to date until the process stops, beginning with the messages that are not indexed yet. Give the
 * event stream to the writer, which reports new events to it.
 */
export const indexMessages = (
  { times }: Pick<SharedConfig, 'times'>,
  { eventStore, relayPositions: positions, searchIndex }: IndexedStore,
  { log, life }: Pick<ServiceProcess, 'log' | 'life'>,
): EventStream => {
  const sink = searchSink(searchIndex)
  const relay = startStoreRelay({ sink, eventStore, positions, clock: systemClock, times, log })
  life.add('search relay', relay.stop)
  return relay.eventStream
}
