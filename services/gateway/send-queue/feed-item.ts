import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import { feedFrameText } from '../../../shared/records/publications.ts'
import type { MembershipEffect } from '../../../shared/room-events/membership-effect.ts'
import { usersNamed } from '../../../shared/room-events/membership-effect.ts'
import { textFrame } from './framing.ts'

/** One event on its way through a gateway: `frame` is the text that sockets get. */
export interface FeedItem {
  readonly room: string
  readonly seq: number
  /** Its name on the wire, of a later version perhaps. */
  readonly event: string
  readonly membership: MembershipEffect
  readonly commandId: string
  readonly digest: string
  readonly frame: string
  /** The trace that it is part of; unknown where it is read from the store. */
  readonly traceparent?: string
}

/** An event that was read from the store. */
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

/** An item of a page as a WebSocket frame, made once for all who share the page. */
export const sharedFrame = (item: FeedItem): Buffer => {
  const known = framed.get(item)
  if (known !== undefined) return known
  const frame = textFrame(item.frame)
  framed.set(item, frame)
  return frame
}

/** The users who join or leave the room with this event. Only frames that change the membership are parsed; they are the store's. */
export const membersChanged = ({ membership, frame }: Pick<FeedItem, 'membership' | 'frame'>): readonly string[] =>
  membership === 'none' ? [] : usersNamed(membership, (JSON.parse(frame) as { readonly body: object }).body)
