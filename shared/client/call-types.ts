import type { User } from '../domain/events.ts'

/** Options of every call that waits for the service. */
export interface CallOptions {
  /** Aborting gives the call up. A request that was sent already may still be carried out. */
  readonly signal?: AbortSignal
}

/** A user, by the id that the service gave or by the id in your own system. */
export type UserRef = string | { readonly externalUserId: string }

/** A message to send. The service refuses it with `invalid` if a field exceeds the limits of the protocol. */
export interface MessageDraft {
  readonly msg: string
  /** `text` by default. */
  readonly type?: string
  /** A UUID of your own (`newId()`), with which a message can be sent again after the process has ended. */
  readonly id?: string
}

/** A user as other users see it. */
export type Person = Pick<User, 'id' | 'externalUserId' | 'name'>
