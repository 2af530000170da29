import type { Rules } from './rules.ts'

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

/** A JSON object of the application. The service does not interpret it. */
export type JsonObject = Readonly<Record<string, unknown>>

/** A chat, as frames and lists show it. Times are ISO-8601 UTC with milliseconds, here and below. An optional field is present only if it was given. */
export interface Chat {
  readonly id: string
  readonly name: string
  readonly users: readonly string[]
  readonly created_at: string
  readonly modified_at: string
  /** A reference to an image. The service does not interpret it. */
  readonly image?: string
  readonly data?: JsonObject
  /** The rules that differ from the defaults. */
  readonly rules?: Rules
  /** The direct chat of two users. Its name is empty: applications show the other user. */
  readonly direct?: true
}

/**
 * A file of a message. Its content is in the blob store; everything here is as the author has declared it. An optional
 * field is present only if it was given.
 */
export interface Attachment {
  readonly id: string
  readonly name: string
  readonly mime: string
  /** In bytes. */
  readonly size: number
  /** Of the content, in hexadecimal. */
  readonly sha256: string
  /** Of a picture, in pixels. */
  readonly width?: number
  readonly height?: number
  /** Proof that the author has announced this file in this room with `create-upload`. */
  readonly sig: string
}

/** The mentioned users: their ids, or all members. */
export type Mentions = readonly string[] | 'all'

/**
 * A message. `type` is the kind of content of `msg`, which the service does not interpret. An optional field is present
 * only if it was given. `modified_at` after `created_at`: the message was edited, or deleted.
 */
export interface Message {
  readonly id: string
  readonly msg: string
  readonly type: string
  readonly user_id: string
  readonly created_at: string
  readonly modified_at: string
  readonly data?: JsonObject
  readonly mentions?: Mentions
  readonly attachments?: readonly Attachment[]
  /** The id of the root message of the thread in which this message is a reply. */
  readonly thread?: string
  /** The id of the quoted message. */
  readonly reply_to?: string
  /** The sender asks that nobody is notified. */
  readonly silent?: true
  /** The message was deleted. Its `msg` is empty, and `data`, `mentions`, `attachments` and `silent` are gone. */
  readonly deleted?: true
}

/** The body of the events that replace a message: `id` is the command's, `user_id` the acting user. */
export interface MessageReplacement {
  readonly id: string
  readonly user_id: string
  readonly created_at: string
  /** The message after the event. */
  readonly message: Message
}

/** A change of the membership of a chat. `user_id` is the acting user. */
export interface Membership {
  readonly id: string
  readonly chat: { readonly id: string; readonly name: string }
  /** The users whose membership has changed; empty if the command changed nothing. */
  readonly users: readonly string[]
  readonly user_id: string
  readonly created_at: string
  /** Present if the command bans: the users who are banned now and were not before, members or not. */
  readonly banned?: readonly string[]
}

/**
 * A user. `externalUserId` is the id in the application that uses the service. `image` and `data` are the application's;
 * the service does not interpret them. An optional field is present only if it was given.
 */
export interface User {
  readonly id: string
  readonly externalUserId: string
  readonly name?: string
  readonly image?: string
  readonly data?: JsonObject
  readonly created_at: string
  readonly modified_at: string
  /** The user was erased: the external id is empty, and the profile is gone. */
  readonly erased?: true
}

/** The first event of every user's stream. */
export interface UserCreated extends EventHead {
  readonly type: 'UserCreated'
  readonly body: { readonly user: User }
}
