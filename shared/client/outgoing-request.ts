import type { RequestEvent } from '../protocol/requests.ts'
import { ChatError } from './chat-error.ts'

/** A request as text. It can be sent repeatedly under its correlation id. */
export interface OutgoingRequest {
  readonly id: string
  readonly event: string
  readonly text: string
  /** The text for `frame` listeners, if it differs. */
  readonly shown?: string
}

export type CreateRequest = (event: RequestEvent, body: unknown, room?: string) => OutgoingRequest

/** Makes the requests of one client, numbered from 1. */
export const requestFactory = (): CreateRequest => {
  let count = 0
  return (event, body, room) => {
    count += 1
    const id = String(count)
    return { id, event, text: JSON.stringify({ event, id, room, body }) }
  }
}

/** The error of a request that is larger than the service accepts; undefined if it is not. */
export const sizeErrorOf = ({ text }: OutgoingRequest, maxBytes: number): ChatError | undefined => {
  if (new TextEncoder().encode(text).length <= maxBytes) return undefined
  const details = { field: 'frame', reason: `larger than ${maxBytes} bytes` }
  return new ChatError('invalid', `${details.field}: ${details.reason}`, { details })
}
