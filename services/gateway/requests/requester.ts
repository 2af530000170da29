import type { RequestRef } from '../../../shared/frames/answer-frame.ts'
import type { ErrorBody, ErrorCode } from '../../../shared/protocol/errors.ts'
import type { Request } from '../../../shared/protocol/requests.ts'
import type { Principal } from '../admission/auth.ts'
import type { LimitExceeded, RateLimiter } from '../limits/rate-limiter.ts'
import type { SessionRooms } from '../rooms/session-rooms.ts'
import type { SendQueue } from '../send-queue/send-queue.ts'

/** Sends requests and is answered: the session of a socket, or a single HTTP request. */
export interface Requester {
  readonly principal: Principal
  readonly sendQueue: SendQueue
  /** Undefined while no user is bound. */
  readonly rooms: SessionRooms | undefined
  /** The bound user. */
  readonly user: string | undefined
  readonly isClosed: boolean
  /** `bodyText`: the body, as JSON text. */
  answer(ref: RequestRef, bodyText: string): void
  /** Counts a request whose success the requester learns from a room event instead of an answer. */
  succeeded(ref: RequestRef): void
  fail(ref: RequestRef, error: ErrorBody): void
  /** Fails with the error of this code, without details. */
  refuse(ref: RequestRef, code: ErrorCode, message: string): void
}

/** A requester on a socket: a user can be bound to it, and rate limits apply. */
export interface SocketRequester extends Requester {
  readonly rateLimiter: Pick<RateLimiter, 'nonMember' | 'room' | 'upload'>
  bind(rooms: SessionRooms): void
  /** Writes the send queue, then closes the socket. */
  close(code: { readonly code: number; readonly reason: string }): void
  refresh(request: Extract<Request, { event: 'refresh' }>): Promise<void>
  refuseExceeded(ref: RequestRef, exceeded: LimitExceeded): void
}
