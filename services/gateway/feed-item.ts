import { z } from 'zod'
import type { ChatEvent } from '../../shared/domain/events.ts'
import { frameEvent } from '../../shared/domain/events.ts'
import type { StoredEvent } from '../../shared/ports/event-store.ts'
import { feedFrameText } from '../../shared/ports/publications.ts'
import type { FeedEvent } from '../../shared/protocol/answers.ts'

/** One event on its way through a gateway: `frame` is the text that sockets get. */
export interface FeedItem {
  readonly room: string
  readonly seq: number
  readonly event: FeedEvent
  readonly commandId: string
  readonly digest: string
  readonly frame: string
}

/** The same item, read from the store instead of heard. */
export const fromStore = (event: StoredEvent): FeedItem => {
  const name = frameEvent[event.type as ChatEvent['type']]
  const { stream: room, seq, commandId, digest } = event
  return { room, seq, event: name, commandId, digest, frame: feedFrameText(name, room, seq, event.data) }
}

const membershipFrame = z.union([
  z.looseObject({ body: z.looseObject({ chat: z.looseObject({ users: z.array(z.string()) }) }) }),
  z.looseObject({ body: z.looseObject({ users: z.array(z.string()) }) }),
])

/** Who joins or leaves the room with this item. Only membership frames are ever parsed. */
export const usersNamed = (item: FeedItem): readonly string[] => {
  if (item.event === 'new-message') return []
  const { body } = membershipFrame.parse(JSON.parse(item.frame))
  return 'users' in body ? (body.users as string[]) : (body.chat as { users: string[] }).users
}
