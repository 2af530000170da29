import type { ErrorBody, ErrorCode } from '../../../shared/protocol/errors.ts'
import type { Request } from '../../../shared/protocol/requests.ts'
import type { Principal } from '../admission/auth.ts'
import type { LimitExceeded, RateLimiter } from '../limits/rate-limiter.ts'
import type { SessionRooms } from '../rooms/session-rooms.ts'
import type { SendQueue } from '../send-queue/send-queue.ts'

/** The members of a request that its answer repeats. */
export interface Asked {
  readonly event: string
  /** A number only in an error, which says that it must be a string. */
  readonly id?: string | number | undefined
}

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
  answer(asked: Asked, bodyText: string): void
  /** Counts a request whose success the requester learns from a room event instead of an answer. */
  succeeded(asked: Asked): void
  fail(asked: Asked, error: ErrorBody): void
  /** Fails with the error of this code, without details. */
  refuse(asked: Asked, code: ErrorCode, message: string): void
}

/** A requester on a socket: a user can be bound to it, and rate limits apply. */
export interface SocketRequester extends Requester {
  readonly rateLimiter: Pick<RateLimiter, 'nonMember' | 'room'>
  bind(rooms: SessionRooms): void
  refresh(request: Extract<Request, { event: 'refresh' }>): Promise<void>
  refuseExceeded(asked: Asked, exceeded: LimitExceeded): void
}
