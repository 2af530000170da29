import type { ErrorBody, ErrorCode } from '../../../shared/protocol/errors.ts'
import type { Principal } from '../admission/auth.ts'
import type { PendingEntry } from '../rooms/pending.ts'
import type { SessionRooms } from '../rooms/session-rooms.ts'
import type { SendQueue } from '../send-queue/send-queue.ts'

/** The names of a request, as its answer repeats them. */
export interface Asked {
  readonly event: string
  readonly id?: string | undefined
}

/** The session, as those see it who handle its requests. */
export interface Caller {
  readonly principal: Principal
  readonly sendQueue: SendQueue
  /** Undefined while unbound. */
  readonly rooms: SessionRooms | undefined
  readonly user: string | undefined
  readonly isClosed: boolean
  /** Commands without an outcome. */
  readonly pending: Set<PendingEntry>
  /** What a room's next command has to wait for. */
  readonly order: Map<string, Promise<void>>
  answer(asked: Asked, bodyText: string): void
  /** A request has succeeded, and a frame of the feed said so. */
  succeeded(asked: Asked): void
  fail(asked: Asked, error: ErrorBody): void
  refuse(asked: Asked, code: ErrorCode, message: string): void
}
