import { z } from 'zod'
import type { ChatEvent } from '../../../shared/domain/events.ts'
import { frameEvent } from '../../../shared/domain/events.ts'
import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import type { FeedEvent } from '../../../shared/protocol/answers.ts'
import { feedFrameText } from '../../../shared/records/publications.ts'
import { textFrame } from './framing.ts'

/** One event on its way through a gateway: `frame` is the text that sockets get. */
export interface FeedItem {
  readonly room: string
  readonly seq: number
  readonly event: FeedEvent
  readonly commandId: string
  readonly digest: string
  readonly frame: string
  /** The trace that it is part of; unknown where it is read from the store. */
  readonly traceparent?: string
}

/** The same item, read from the store instead of heard. */
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

/** An item of a page as a WebSocket frame, made once for all who share the page. */
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

const nobody: readonly string[] = []

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Who joins or leaves the room with this frame; undefined: it cannot be read.
 * Only membership frames are ever parsed.
 */
export const usersNamed = (event: FeedEvent, frame: string): readonly string[] | undefined => {
  if (event === 'new-message') return nobody
  const { data } = (event === 'create-chat' ? createdFrame : changedFrame).safeParse(parseJson(frame))
  if (data === undefined) return undefined
  return 'chat' in data.body ? data.body.chat.users : data.body.users
}
