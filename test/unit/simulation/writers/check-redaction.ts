import type { StoredEvent } from '../../../../shared/ports/event-store.ts'
import { redactedDigest } from '../../../../shared/ports/event-store.ts'
import { contentOf } from '../../../../shared/records/redaction.ts'

/** The messages that are deleted, by room and id. */
const deletedMessages = (events: readonly StoredEvent[]): ReadonlySet<string> =>
  new Set(
    events.flatMap(({ type, stream, data }) =>
      type === 'MessageDeleted' ? [`${stream} ${(JSON.parse(data) as { message: { id: string } }).message.id}`] : [],
    ),
  )

/** The stored events without content, because their messages are deleted. */
export const redactedEvents = (events: readonly StoredEvent[]): readonly StoredEvent[] => {
  const deleted = deletedMessages(events)
  return events.filter((event) => deleted.has(`${event.stream} ${contentOf(event)}`))
}

/** J1b: no stored event of a deleted message has its content, or a digest of it. */
export const checkRedaction = (events: readonly StoredEvent[], say: (problem: string) => void): void => {
  for (const { stream, seq, data, digest } of redactedEvents(events)) {
    const body = JSON.parse(data) as { readonly msg?: string; readonly message?: { readonly msg: string } }
    const { msg } = body.message ?? body
    if (msg !== '' || digest !== redactedDigest) say(`${stream} ${seq}: the content of a deleted message is stored`)
  }
}
