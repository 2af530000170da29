import { z } from 'zod'
import type { ChatEvent } from '../../../shared/domain/events.ts'
import { frameEvent } from '../../../shared/domain/events.ts'
import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import type { FeedEvent } from '../../../shared/protocol/answers.ts'
import { parseJson } from '../../../shared/protocol/parse-json.ts'
import { feedFrameText } from '../../../shared/records/publications.ts'
import { textFrame } from './framing.ts'

/** One event of a room in a gateway. `frame`: the text that sockets receive. */
export interface FeedItem {
  readonly room: string
  readonly seq: number
  readonly event: FeedEvent
  readonly commandId: string
  readonly digest: string
  readonly frame: string
  /** The trace context; unknown if the event was read from the store. */
  readonly traceparent?: string
}

/** The feed item of a stored event. */
export const fromStore = (event: StoredEvent): FeedItem => {
  const name = frameEvent[event.type as ChatEvent['type']]
  const { stream: room, seq, commandId, digest } = event
  return { room, seq, event: name, commandId, digest, frame: feedFrameText(name, room, seq, event.data) }
}

/** The stored type of each event of a room. */
export const eventTypes = Object.fromEntries(Object.entries(frameEvent).map(([type, event]) => [event, type])) as Record<
  FeedEvent,
  ChatEvent['type']
>

const framed = new WeakMap<FeedItem, Buffer>()

/** The WebSocket frame of a page's item, created once for all sessions that share the page. */
export const sharedFrame = (item: FeedItem): Buffer => {
  const known = framed.get(item)
  if (known !== undefined) return known
  const frame = textFrame(item.frame)
  framed.set(item, frame)
  return frame
}

const users = z.array(z.string())
const createdFrame = z.object({ body: z.object({ chat: z.object({ users }) }) })
const changedFrame = z.object({ body: z.object({ users }) })

const noUsers: readonly string[] = []

/**
 * The users that an event adds to its room or removes from it; undefined: the
 * frame cannot be parsed. Only membership events are parsed.
 */
export const usersNamed = (event: FeedEvent, frame: string): readonly string[] | undefined => {
  if (event === 'new-message') return noUsers
  const { data } = (event === 'create-chat' ? createdFrame : changedFrame).safeParse(parseJson(frame))
  if (data === undefined) return undefined
  return 'chat' in data.body ? data.body.chat.users : data.body.users
}

/** The body of a room event's frame, as JSON text: the last member of the frame. */
export const bodyOfFrame = (frame: string): string => frame.slice(frame.indexOf('"body":') + 7, -1)
