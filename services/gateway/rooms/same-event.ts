import type { Message } from '../../../shared/domain/events.ts'
import { bodyOfFrame } from '../../../shared/frames/room-event-frame.ts'
import { redactedDigest } from '../../../shared/ports/event-store.ts'
import { parseJson } from '../../../shared/protocol/parse-json.ts'
import { roomEventNamed } from '../../../shared/room-events/find-room-event.ts'
import type { AnyRoomEvent } from '../../../shared/room-events/room-event.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'

/** One copy of an event: published, or read from the store. Without a frame, only its names are known. */
export type EventCopy = Pick<FeedItem, 'event' | 'commandId' | 'digest'> & { readonly frame?: string | undefined }

/** The body of a frame; undefined: the event cannot have this body. */
const bodyOf = (event: AnyRoomEvent, frame: string): object | undefined => {
  const body = parseJson(bodyOfFrame(frame))
  return event.feedBody.safeParse(body).success ? (body as object) : undefined
}

/** The members of a message that no event changes. */
const lastingText = ({ id, user_id: user, created_at: at, thread, reply_to: replyTo }: Message): string =>
  JSON.stringify([id, user, at, thread, replyTo])

/** Whether one frame is the other after the deletion of the message: equal except for the content. Rare, so frames may be parsed. */
const isRedactionOf = (event: AnyRoomEvent | undefined, redacted: string, original: string): boolean => {
  const content = event?.content
  if (event === undefined || content === undefined) return false
  const [after, before] = [bodyOf(event, redacted), bodyOf(event, original)]
  if (after === undefined || before === undefined) return false
  const tombstone = content.message(after)
  if (tombstone.deleted !== true || lastingText(tombstone) !== lastingText(content.message(before))) return false
  return JSON.stringify(content.redacted(before, tombstone)) === JSON.stringify(after)
}

/**
 * Whether two copies of the event at one seq are of the same event. Forged
 * copies are of another one. A copy from before the deletion of a message and a
 * copy from after it are of the same event, although content and digest differ.
 */
export const isSameEvent = (one: EventCopy, other: EventCopy): boolean => {
  if (one.commandId !== other.commandId || one.event !== other.event) return false
  const [redacted, original] = one.digest === redactedDigest ? [one, other] : [other, one]
  const isOneRedacted = redacted.digest === redactedDigest && original.digest !== redactedDigest
  if (!isOneRedacted && one.digest !== other.digest) return false
  if (redacted.frame === undefined || original.frame === undefined) return true
  if (redacted.frame === original.frame) return !isOneRedacted
  return isOneRedacted && isRedactionOf(roomEventNamed(one.event), redacted.frame, original.frame)
}
