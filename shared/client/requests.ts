import type { RequestEvent } from '../protocol/requests.ts'

/** A request, ready to be sent, as often as it takes, under one correlation id. */
export interface OutgoingRequest {
  readonly id: string
  readonly event: string
  readonly text: string
  /** What may be shown of it, where that is not all. */
  readonly shown?: string
}

export type CreateRequest = (event: RequestEvent, body: unknown, room?: string) => OutgoingRequest

/** Numbers the requests of one client. */
export const requestFactory = (): CreateRequest => {
  let made = 0
  return (event, body, room) => {
    made += 1
    const id = String(made)
    return { id, event, text: JSON.stringify({ event, id, room, body }) }
  }
}
