/**
 * The part that all events share. One command makes one event. An event's
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

export interface Chat {
  readonly id: string
  readonly name: string
  readonly users: readonly string[]
  readonly created_at: string
  readonly modified_at: string
}
export interface Message {
  readonly id: string
  readonly msg: string
  readonly type: string
  readonly user_id: string
  readonly created_at: string
  readonly modified_at: string
}
export interface Membership {
  readonly id: string
  readonly chat: { readonly id: string; readonly name: string }
  /** The users who were in fact added or removed; empty when the command changed nothing. */
  readonly users: readonly string[]
  readonly user_id: string
  readonly created_at: string
}
export interface User {
  readonly id: string
  readonly externalUserId: string
  readonly name?: string
  readonly created_at: string
  readonly modified_at: string
}

export interface UserCreated extends EventHead {
  readonly type: 'UserCreated'
  readonly body: { readonly user: User }
}
