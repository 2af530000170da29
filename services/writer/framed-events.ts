import type { StoredEvent } from '../../shared/ports/event-store.ts'
import { feedFrameText } from '../../shared/records/publications.ts'
import type { Decision } from './decide-batch.ts'

/** An event with the text that sockets (or readers of the event stream) get, built once. */
export interface FramedEvent {
  readonly event: StoredEvent
  readonly frame: string
  /** The trace that its command is part of, if it is recorded. */
  readonly traceparent: string | undefined
}

const bySeq = (a: StoredEvent, b: StoredEvent): number => a.seq - b.seq

/**
 * The events of these decisions by stream, in seq order, each once. Repeats
 * are among them: theirs may be a batch delivered again because its
 * publication never happened.
 */
export const framedEvents = (
  decisions: readonly Decision[],
  traceparentOf: (commandId: string) => string | undefined,
): ReadonlyMap<string, readonly FramedEvent[]> => {
  const events = new Map<string, StoredEvent>()
  for (const decision of decisions) {
    if (decision.kind === 'event') events.set(`${decision.event.stream} ${decision.event.seq}`, decision.event)
  }
  const streams = Map.groupBy([...events.values()].sort(bySeq), ({ stream }) => stream)
  const framed = (event: StoredEvent): FramedEvent => ({
    event,
    frame: feedFrameText(event.name, event.stream, event.seq, event.data),
    traceparent: traceparentOf(event.commandId),
  })
  return new Map([...streams].map(([stream, ofIt]) => [stream, ofIt.map(framed)]))
}
