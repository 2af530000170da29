import type { Append, StoredEvent } from '../../../../shared/ports/event-store.ts'
import { toStored } from '../../../../shared/records/stored-event.ts'

/** The stored events as they were decided: a deletion removes content and digest from earlier ones. */
export interface DecidedEvents {
  note(batch: Append): void
  asDecided(event: StoredEvent): StoredEvent
}

const keyOf = ({ stream, seq }: Pick<StoredEvent, 'stream' | 'seq'>): string => `${stream} ${seq}`

export const decidedEvents = (): DecidedEvents => {
  const decided = new Map<string, StoredEvent>()
  return {
    note: ({ events }) => {
      for (const entry of events) decided.set(keyOf(entry.event), toStored(entry))
    },
    asDecided: (event) => decided.get(keyOf(event)) ?? event,
  }
}
