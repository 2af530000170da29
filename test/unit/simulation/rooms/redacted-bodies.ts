import { isErased } from '../../../../shared/domain/erasure.ts'
import type { Message } from '../../../../shared/domain/events.ts'
import type { StoredEvent } from '../../../../shared/ports/event-store.ts'
import { contentOf, redactedEvent } from '../../../../shared/records/redaction.ts'
import type { MessagesErased } from '../../../../shared/room-events/erase.ts'
import type { CommittedEvent } from '../world/simulated-store.ts'

/** What remains of the body of an event whose message was deleted at that time. */
export interface RedactedBody {
  readonly body: string
  readonly atMs: number
}

/** The tombstones of the messages that an erasure covers, whether they were deleted before or not. */
const erasedBy = ({ stream, data }: StoredEvent, before: readonly CommittedEvent[]): readonly Message[] => {
  const erasure = JSON.parse(data) as MessagesErased['body']
  const types = new Map<string, string>()
  const posted: Message[] = []
  for (const { event } of before) {
    if (event.stream !== stream) continue
    const body = JSON.parse(event.data) as Message & { readonly message?: Message }
    if (event.type === 'MessageEdited' && body.message !== undefined) types.set(body.message.id, body.message.type)
    if (event.type === 'MessagePosted' && isErased(event.seq, body.user_id, erasure)) posted.push(body)
  }
  return posted.map(({ id, type, user_id, created_at, thread, reply_to }) => ({
    ...{ id, msg: '', type: types.get(id) ?? type, user_id, created_at, modified_at: erasure.created_at },
    ...(thread === undefined ? {} : { thread }),
    ...(reply_to === undefined ? {} : { reply_to }),
    deleted: true,
  }))
}

/** The redacted bodies, by room and command. */
export const redactedBodies = (committed: readonly CommittedEvent[]): ReadonlyMap<string, RedactedBody> => {
  const tombstones = new Map<string, { readonly message: Message; readonly atMs: number }>()
  for (const [index, { event, atMs }] of committed.entries()) {
    if (event.type === 'MessageDeleted') {
      const { message } = JSON.parse(event.data) as { readonly message: Message }
      tombstones.set(`${event.stream} ${message.id}`, { message, atMs })
    }
    if (event.type !== 'MessagesErased') continue
    for (const message of erasedBy(event, committed.slice(0, index))) {
      const key = `${event.stream} ${message.id}`
      if (!tombstones.has(key)) tombstones.set(key, { message, atMs })
    }
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
