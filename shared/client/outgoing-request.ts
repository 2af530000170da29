import type { RequestEvent } from '../protocol/requests.ts'
import { ChatError } from './chat-error.ts'

/** A request as text. It can be sent repeatedly under its correlation id. */
export interface OutgoingRequest {
  readonly id: string
  readonly event: string
  readonly text: string
  /** The text for `frame` listeners, if it differs. */
  readonly shown?: string
  /** The id of the command that the service carries out, if the request has one. */
  readonly command?: string | undefined
  /** The room that the command acts in; undefined for `create-chat`. */
  readonly room?: string | undefined
}

export type CreateRequest = (event: RequestEvent, body: object, room?: string) => OutgoingRequest

/** Makes the requests of one client, numbered from 1. */
export const requestFactory = (): CreateRequest => {
  let count = 0
  return (event, body, room) => {
    count += 1
    const id = String(count)
    const { id: command } = body as { readonly id?: string }
    return { id, event, room, command, text: JSON.stringify({ event, id, room, body }) }
  }
}

/** The error of a request that is larger than the service accepts; undefined if it is not. */
export const sizeErrorOf = ({ text }: OutgoingRequest, maxBytes: number): ChatError | undefined => {
  if (new TextEncoder().encode(text).length <= maxBytes) return undefined
  const details = { field: 'frame', reason: `larger than ${maxBytes} bytes` }
  return new ChatError('invalid', `${details.field}: ${details.reason}`, { details })
}

/** An upper bound of the bytes of `text`, without encoding it. */
const mostBytes = (text: string): number => text.length * 3

/** More than the bytes that `after` adds to a frame. */
const afterBytes = 512

/**
 * Whether a request may be sent before the outcome of `before` is known. It needs
 * space for the id of `before`. A chat must exist before a request acts in it.
 */
export const mayBePipelined = (request: OutgoingRequest, before: OutgoingRequest, maxFrameBytes: number): boolean =>
  request.room !== undefined &&
  before.room === request.room &&
  before.command !== undefined &&
  mostBytes(request.text) + afterBytes <= maxFrameBytes

/** The same request, which the service refuses if it has refused `before`. */
export const pipelined = (request: OutgoingRequest, { command }: OutgoingRequest): OutgoingRequest => ({
  ...request,
  text: `{"after":${JSON.stringify(command)},${request.text.slice(1)}`,
})
