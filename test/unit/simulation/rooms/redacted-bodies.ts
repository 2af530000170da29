import type { Message } from '../../../../shared/domain/events.ts'
import { contentOf, redactedEvent } from '../../../../shared/records/redaction.ts'
import type { CommittedEvent } from '../world/simulated-store.ts'

/** What remains of the body of an event whose message was deleted at that time. */
export interface RedactedBody {
  readonly body: string
  readonly atMs: number
}

/** The redacted bodies, by room and command. */
export const redactedBodies = (committed: readonly CommittedEvent[]): ReadonlyMap<string, RedactedBody> => {
  const tombstones = new Map<string, { readonly message: Message; readonly atMs: number }>()
  for (const { event, atMs } of committed)
    if (event.type === 'MessageDeleted') {
      const { message } = JSON.parse(event.data) as { readonly message: Message }
      tombstones.set(`${event.stream} ${message.id}`, { message, atMs })
    }
  const bodies = new Map<string, RedactedBody>()
  for (const { event } of committed) {
    const tombstone = tombstones.get(`${event.stream} ${contentOf(event)}`)
    if (tombstone === undefined) continue
    const { message, atMs } = tombstone
    bodies.set(`${event.stream} ${event.commandId}`, { body: redactedEvent(event, message).data, atMs })
  }
  return bodies
}
