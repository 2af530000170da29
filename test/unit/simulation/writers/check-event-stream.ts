import type { StoredEvent } from '../../../../shared/ports/event-store.ts'
import type { StreamRecord } from '../../../../shared/ports/event-stream.ts'
import { keyText } from './command-keys.ts'

/** The first appearances of a room's stored events are in seq order, but for events that were lost and stored again. */
export const checkEventStream = (
  streamed: readonly StreamRecord[],
  events: readonly StoredEvent[],
  asDecided: (event: StoredEvent) => StoredEvent,
  lost: ReadonlyMap<string, unknown>,
  say: (problem: string) => void,
): void => {
  const textOf = ({ stream, data }: StoredEvent): string => `${stream} ${data}`
  const stored = new Map(events.flatMap((event) => [event, asDecided(event)].map((text) => [textOf(text), event] as const)))
  const seen = new Set<StoredEvent>()
  const last = new Map<string, number>()
  for (const { key: room, value } of streamed) {
    const event = stored.get(`${room} ${value.slice(value.indexOf('"body":') + 7, -1)}`)
    if (event === undefined || seen.has(event)) continue
    seen.add(event)
    if (lost.has(keyText({ room, id: event.commandId, digest: asDecided(event).digest }))) continue
    if (event.seq < (last.get(room) ?? 0)) say(`event stream: ${room} ${event.seq} first appears after ${last.get(room)}`)
    last.set(room, Math.max(event.seq, last.get(room) ?? 0))
  }
}
