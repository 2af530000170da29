import type { ChatError } from './chat-error.ts'
import type { ConnectionState } from './chat-events.ts'
import type { ClientClock } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import type { FeedFrame, FrameBody, ServerFrame } from './frames.ts'
import type { Link, LinkEvents } from './link.ts'
import type { OutgoingRequest } from './outgoing-request.ts'
import type { FindRefusal } from './refused-connection.ts'
import type { TokenSource } from './token-source.ts'

/** How a link was bound to the user. */
export interface BoundLink {
  /** The id of the `create-user` that bound it. */
  readonly id: string
  readonly body: FrameBody
  readonly token: string | undefined
}

/** The parts of a client that the connector uses, and the receivers of its events. */
export interface ConnectorDeps {
  readonly clock: ClientClock
  readonly times: ClientTimes
  readonly random: () => number
  readonly tokens: TokenSource
  /** Whether the client has one fixed token, and it has expired or states no expiry time. */
  readonly isOnlyTokenExpired: () => boolean
  /** The address, for error messages. */
  readonly url: URL
  /** Throws if the runtime does not accept the address or the token. */
  readonly open: (token: string | undefined, events: LinkEvents) => Link
  readonly findRefusal: FindRefusal
  /** `create-user`, with the resume of this moment. */
  readonly bindRequest: () => OutgoingRequest
  readonly passed: LinkEvents['passed']
  /** The user is bound; the requests of an earlier link have ended as lost before. */
  readonly bound: (link: Link, bound: BoundLink) => void
  readonly feed: (frame: FeedFrame) => void
  /** The service has sent frames of this room that its store does not have; the feed continues after `seq`. */
  readonly reset: (room: string, seq: number) => void
  /** A push that does not concern the connection, such as a signal. */
  readonly pushed: (frame: ServerFrame) => void
  /** The service accepts these events now. */
  readonly features: (events: readonly string[]) => void
  readonly lost: () => void
  readonly state: (state: ConnectionState) => void
  readonly ended: (error: ChatError) => void
}
