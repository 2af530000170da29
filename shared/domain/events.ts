/**
 * The part that all events share. One command leads to one event. An event's
 * `body` is the body of the frame that sockets get, so that it is serialised
 * only once.
 */
export interface EventHead {
  /** The stream: the chat's id, or the user's. */
  readonly stream: string
  /** The event's place in its stream, from 1, without gaps. */
  readonly seq: number
  readonly commandId: string
  readonly digest: string
}

/** A chat, as frames and lists show it. Times are ISO-8601 UTC with milliseconds, here and below. */
export interface Chat {
  readonly id: string
  readonly name: string
  readonly users: readonly string[]
  readonly created_at: string
  readonly modified_at: string
}

/** A message. `type` is the kind of content of `msg`, which the service does not interpret. */
export interface Message {
  readonly id: string
  readonly msg: string
  readonly type: string
  readonly user_id: string
  readonly created_at: string
  readonly modified_at: string
}

/** A change of the membership of a chat. `user_id` is the acting user. */
export interface Membership {
  readonly id: string
  readonly chat: { readonly id: string; readonly name: string }
  /** The users whose membership has changed; empty if the command changed nothing. */
  readonly users: readonly string[]
  readonly user_id: string
  readonly created_at: string
}

/** A user. `externalUserId` is the id in the application that uses the service. */
export interface User {
  readonly id: string
  readonly externalUserId: string
  readonly name?: string
  readonly created_at: string
  readonly modified_at: string
}

/** The only event of a user's stream. */
export interface UserCreated extends EventHead {
  readonly type: 'UserCreated'
  readonly body: { readonly user: User }
}
