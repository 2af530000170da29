import { bodyOfFrame, feedFrameText } from '../../../shared/frames/room-event-frame.ts'
import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import type { MembershipEffect } from '../../../shared/room-events/membership-effect.ts'
import { membersAffected } from '../../../shared/room-events/membership-effect.ts'
import { textFrame } from './framing.ts'

/** One event of a room in a gateway. `frame`: the text that sockets receive. */
export interface FeedItem {
  readonly room: string
  readonly seq: number
  /** Its name on the wire. It may be an event of a later version. */
  readonly event: string
  readonly membership: MembershipEffect
  readonly commandId: string
  readonly digest: string
  readonly frame: string
  /** The trace context; unknown if the event was read from the store. */
  readonly traceparent?: string
}

/** The feed item of a stored event. */
export const fromStore = ({ stream: room, seq, name, membership, commandId, digest, data }: StoredEvent): FeedItem => ({
  room,
  seq,
  event: name,
  membership,
  commandId,
  digest,
  frame: feedFrameText(name, room, seq, data),
})

const framed = new WeakMap<FeedItem, Buffer>()

/** The WebSocket frame of a page's item, created once for all sessions that share the page. */
export const sharedFrame = (item: FeedItem): Buffer => {
  const known = framed.get(item)
  if (known !== undefined) return known
  const frame = textFrame(item.frame)
  framed.set(item, frame)
  return frame
}

/**
 * The users that an event adds to its room or removes from it. Only membership
 * events are parsed; their frames come from the store.
 */
export const affectedUsers = ({ membership, frame }: Pick<FeedItem, 'membership' | 'frame'>): readonly string[] =>
  membership === 'none' ? [] : membersAffected(membership, JSON.parse(bodyOfFrame(frame)) as object)

/** The seq of the first event after `cursor` that removes the user. */
export const removalAfter = (cursor: number, items: readonly FeedItem[], user: string): number | undefined =>
  items.find((item) => item.seq > cursor && item.membership === 'removes' && affectedUsers(item).includes(user))?.seq
