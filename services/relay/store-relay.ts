import type { EventStore, Page } from '../../shared/ports/event-store.ts'
import type { EventStream } from '../../shared/ports/event-stream.ts'
import type { RelayPosition, RelayPositions } from '../../shared/ports/relay-positions.ts'
import { backOff } from '../../shared/runtime/async/back-off.ts'
import { nameOf } from '../../shared/runtime/observability/error-text.ts'
import type { DeliveryDeps } from './deliver-until-done.ts'
import { deliverUntilDone } from './deliver-until-done.ts'
import type { RelayedEvent } from './sink.ts'

/** The store that is read, and the sink that receives its events. */
export interface StoreRelayDeps extends DeliveryDeps {
  readonly eventStore: Pick<EventStore, 'readPages'>
  readonly positions: RelayPositions
}

/** A relay of one process that holds the whole service. */
export interface StoreRelay {
  /** For the writer of the same process: reports the rooms that have new events. */
  readonly eventStream: EventStream
  /** Ends after the present call of the sink. Idempotent. */
  stop(): Promise<void>
}

/** Rooms of one call of the sink, and events of each room in it; a page also ends at 1 MiB. */
const roomsTogether = 8
const pageEvents = 100
/** Positions that are kept in memory, which saves a statement for each batch of a busy room. */
const mostKnown = 10_000

const eventsOf = ({ events }: Page): readonly RelayedEvent[] =>
  events.map(({ stream, seq, name, data }) => ({ room: stream, seq, event: name, body: data }))

/**
 * Relays the events of the store to a sink, in a process without an event
 * stream. It reads pages of the rooms that the writer names, and at its start of
 * all rooms with events after the stored position.
 *
 * Promises:  at least once, per room in the order of seq: a position is stored
 *            after the sink has the events, and a restart continues there.
 */
export const startStoreRelay = (deps: StoreRelayDeps): StoreRelay => {
  const { eventStore, positions, sink, log } = deps
  const stopping = new AbortController()
  const { signal } = stopping
  const waiting = new Set<string>()
  let wakeUp = Promise.withResolvers<void>()

  /** The positions that were stored last: no other relay changes them. */
  const known = new Map<string, number>()
  const remember = (room: string, seq: number): void => {
    known.delete(room)
    known.set(room, seq)
    const [oldest] = known.keys()
    if (oldest !== undefined && known.size > mostKnown) known.delete(oldest)
  }

  const note = (room: string): void => {
    waiting.add(room)
    wakeUp.resolve()
  }

  const relay = async (from: readonly RelayPosition[]): Promise<void> => {
    const pages = await eventStore.readPages(from.map(({ room, seq }) => ({ room, after: seq, limit: pageEvents, users: [] })))
    // The stream of a user has events, but no head.
    const found = pages.filter(({ events, head }) => events.length > 0 && head > 0)
    if (found.length === 0) return
    await deliverUntilDone(deps, found.flatMap(eventsOf), signal)
    const ends = found.flatMap(({ events, head }) => events.slice(-1).map(({ stream: room, seq }) => ({ room, seq, head })))
    await positions.save(sink.name, ends)
    for (const { room, seq, head } of ends) {
      remember(room, seq)
      // A page may end before the head of its room. The writer names the rooms of later events.
      if (seq < head) note(room)
    }
  }

  const positionsOf = async (rooms: readonly string[]): Promise<readonly RelayPosition[]> => {
    const unknown = rooms.filter((room) => !known.has(room))
    const read = unknown.length === 0 ? [] : await positions.of(sink.name, unknown)
    const kept = rooms.flatMap((room) => {
      const seq = known.get(room)
      return seq === undefined ? [] : [{ room, seq }]
    })
    return [...read, ...kept]
  }

  const relayWaiting = async (): Promise<void> => {
    const rooms = [...waiting].slice(0, roomsTogether)
    for (const room of rooms) waiting.delete(room)
    try {
      await relay(await positionsOf(rooms))
    } catch (error) {
      for (const room of rooms) note(room)
      throw error
    }
  }

  let after: string | undefined
  let hasFoundAll = false
  /** At the start: relays further rooms that have events after their positions. */
  const relayBehind = async (): Promise<void> => {
    const found = await positions.behind(sink.name, after, roomsTogether)
    await relay(found)
    after = found.at(-1)?.room
    hasFoundAll = after === undefined
  }

  let isTurnOfBehind = true
  /** The rooms that were found and those that the writer names take turns: neither waits for the end of the other. */
  const step = async (): Promise<void> => {
    if (!hasFoundAll && (isTurnOfBehind || waiting.size === 0)) {
      isTurnOfBehind = false
      return relayBehind()
    }
    isTurnOfBehind = true
    if (waiting.size > 0) return relayWaiting()
    wakeUp = Promise.withResolvers()
    await wakeUp.promise
  }

  const run = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted; ) {
      try {
        await step()
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        failures += 1
        if (failures === 1) log.warn({ sink: sink.name, reason: nameOf(error) }, 'the relay cannot read the store, retrying')
        await backOff(deps, failures, signal)
      }
    }
  }

  const running = run()
  const stop = (): Promise<void> => {
    stopping.abort()
    wakeUp.resolve()
    return running
  }
  return {
    eventStream: {
      publish: async (records) => {
        for (const { key } of records) note(key)
      },
      close: async () => {},
    },
    stop,
  }
}
