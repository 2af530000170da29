import type { LogRecord } from '../../../../shared/ports/command-log.ts'
import type { StoredEvent } from '../../../../shared/ports/event-store.ts'
import { readCommand } from '../../../../shared/records/command-record.ts'
import { keyOf, keyText } from './command-keys.ts'

/** The events of a room, from commands that were sent once, have the order of the log. */
export const checkLogOrder = (
  records: readonly LogRecord[],
  events: readonly StoredEvent[],
  excused: ReadonlySet<string>,
  say: (problem: string) => void,
): void => {
  const places = Map.groupBy(records.entries(), ([, { value }]) => keyText(keyOf(readCommand(value))))
  const last = new Map<string, number>()
  for (const { stream: room, commandId: id, digest, seq } of events) {
    const key = keyText({ room, id, digest })
    const [place, again] = places.get(key) ?? []
    if (place === undefined || again !== undefined || excused.has(key)) continue
    if (place[0] < (last.get(room) ?? -1)) say(`${key} (seq ${seq}) stands behind a command that was sent later`)
    last.set(room, place[0])
  }
}
