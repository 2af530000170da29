import type { Request } from '../../../shared/protocol/requests.ts'
import type { RequestedRoomEventName } from '../../../shared/room-events/room-events.ts'

/** The rate limits: their labels in metrics and error details, each with its text for error messages. */
export const limitNames = {
  session: 'frames per socket',
  address: 'frames per address',
  user: 'requests per user',
  users_added: 'users added per user',
  edits: 'edits per user',
  uploads: 'bytes of files per user',
  stranger: 'commands to rooms without membership, per user',
  room: 'bytes sent to the sockets per room',
  reactions: 'reactions per large room',
} as const

/** The label of a rate limit. */
export type Limit = keyof typeof limitNames

/** A request exceeds a limit. `waitMs`: milliseconds until the same request would be allowed. */
export interface LimitExceeded {
  readonly limit: Limit
  readonly waitMs: number
}

/** A command to an existing room. */
export interface RoomRequest {
  readonly event: RequestedRoomEventName
  readonly room: string
}

/** The rate limits of one session. Each method charges its limits, or returns the limit that is exceeded. */
export interface RateLimiter {
  /** A frame was received. Called before it is parsed. */
  frame(): LimitExceeded | undefined
  /** The frame holds this request. */
  request(request: Request, frameBytes: number): LimitExceeded | undefined
  /** The request is a command to a room in which the sender is not known as a member. */
  nonMember(): LimitExceeded | undefined
  /** The request is a command to a room that this number of sockets of this gateway follow. */
  room(request: RoomRequest, frameBytes: number, sockets: number): LimitExceeded | undefined
  /** The request announces a file of this number of bytes. */
  upload(bytes: number): LimitExceeded | undefined
  /** The client made an error or exceeded a limit. False: too often, close the socket. */
  mayErr(): boolean
  /** A WebSocket ping or pong was received. False: too many, close the socket. */
  mayPing(): boolean
  /** The session has ended. Idempotent. */
  release(): void
}
