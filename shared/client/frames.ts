import type { ErrorBody } from '../protocol/errors.ts'
import { parseJson } from '../protocol/parse-json.ts'

export type FrameBody = Readonly<Record<string, unknown>>

/** The fields of a frame that the client reads. */
export interface ServerFrame {
  readonly event: string
  readonly id?: string
  readonly room?: string
  readonly body?: FrameBody
  readonly error?: ErrorBody
}

/** A frame with a top-level `seq`: it belongs to the room's feed, also if its event is of a later version. */
export interface FeedFrame extends ServerFrame {
  readonly room: string
  readonly seq: number
  readonly body: FrameBody
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/**
 * Reads a frame without validating its body: the service is trusted to follow
 * the protocol, and a later version may add fields. Undefined if the text is
 * not a frame.
 */
export const readFrame = (text: unknown): ServerFrame | undefined => {
  const value = parseJson(String(text))
  return isObject(value) && typeof value.event === 'string' ? (value as unknown as ServerFrame) : undefined
}

export const isFeedFrame = (frame: ServerFrame): frame is FeedFrame =>
  'seq' in frame && Number.isSafeInteger(frame.seq) && 'room' in frame && typeof frame.room === 'string' && isObject(frame.body)
