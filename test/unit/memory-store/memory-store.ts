import { randomUUID } from 'node:crypto'
import type { ReadMarker } from '../../../shared/domain/read-marker.ts'
import type { Append, CommandKey, RecordedOutcome, StoredEvent } from '../../../shared/ports/event-store.ts'
import { commandKeyText, isOutcomeOf } from '../../../shared/ports/event-store.ts'
import type { MemberStates } from '../../../shared/ports/member-state.ts'
import type { ReadModel } from '../../../shared/ports/read-model.ts'
import type { MemoryEventStore, StorePoint } from './memory-event-store.ts'
import { memoryEventStore } from './memory-event-store.ts'
import { memoryMemberStates } from './memory-member-states.ts'
import { memoryReadModel } from './memory-read-model.ts'
import { emptyTables } from './memory-tables.ts'

export interface MemoryStoreOptions {
  /**
   * Awaited at each point of every append, and before each read of an
   * appender. When it rejects, the call fails with that error: nothing is
   * stored before the commit, everything is after it.
   */
  readonly pause?: (point: StorePoint) => Promise<void>
  /** Called before the events of an append are visible. */
  readonly onCommit?: (batch: Append) => void
  readonly epoch?: string
  /** Bytes of bodies after which a page ends. */
  readonly pageBytes?: number
  /** The time at which lower roles are compared in lists. */
  readonly now?: () => string
}

const isoNow = (): string => new Date().toISOString()

export interface MemoryStore {
  readonly store: MemoryEventStore
  readonly readModel: ReadModel
  readonly memberStates: MemberStates
  /** The stored read markers. */
  readonly markers: () => readonly { readonly room: string; readonly user: string; readonly read: ReadMarker }[]
  /** Raises the store's feature level. */
  readonly raiseLevel: (level: number) => void
  /** All events, in the order of their commits. */
  readonly events: () => readonly StoredEvent[]
  /** The recorded outcome of a command, read at once; every command of a redacted event has that event. */
  readonly outcome: (key: CommandKey) => RecordedOutcome | undefined
}

/**
 * Event store, read model and member states in memory, for simulations and unit tests.
 *
 * Promises:  those of the three ports, except durability. No timers and no
 *            randomness after creation: only promises, so that `pause` controls
 *            every interleaving.
 * Does not:  time out: an append whose `pause` never resolves holds its
 *            locks for ever.
 */
export const memoryStore = (options: MemoryStoreOptions = {}): MemoryStore => {
  const tables = emptyTables()
  let level = 1
  const { pause = async () => {}, onCommit = () => {}, epoch = randomUUID(), pageBytes = 1024 * 1024, now = isoNow } = options
  return {
    store: memoryEventStore(tables, { pause, onCommit, pageBytes }),
    readModel: memoryReadModel(tables, { epoch, level: () => level, pageBytes, now }),
    memberStates: memoryMemberStates(tables),
    markers: () =>
      [...tables.memberStates].flatMap(([key, { read }]) => {
        const [room = '', user = ''] = key.split(' ')
        return read === undefined ? [] : [{ room, user, read }]
      }),
    raiseLevel: (raised) => {
      level = raised
    },
    events: () => [...tables.log],
    outcome: ({ room, id, digest }) => tables.outcomes.get(commandKeyText(room, id))?.find(isOutcomeOf(digest)),
  }
}
