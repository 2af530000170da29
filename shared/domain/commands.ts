/**
 * The part that all commands of rooms and of users share. The command carries its
 * time, its ids and the acting user, so that `decide` is pure.
 *
 * `digest` identifies the command's content (acting user, event, body): the same
 * `(stream, id)` with the same digest is the same command, sent again.
 */
export interface CommandHead {
  readonly v: 1
  /** The key of the record: the chat's id, or the user's id. */
  readonly stream: string
  /** Unique within the stream, permanently: the id of the message, of the chat, or of the command itself. */
  readonly id: string
  readonly digest: string
  /** The acting user's id. */
  readonly user: string
  /** When the gateway accepted the command, ISO-8601 UTC with milliseconds. */
  readonly at: string
}

/** The acting user of the commands of a room that the operator causes: no user has this id. */
export const operator = '00000000-0000-0000-0000-000000000000'

/** Create or fetch a user. `stream` is the external id; `id` is the user id that a new user would get. */
export interface CreateUser {
  readonly v: 1
  readonly type: 'CreateUser'
  readonly stream: string
  readonly id: string
  readonly digest: string
  readonly at: string
  readonly body: { readonly externalUserId: string; readonly name?: string | undefined }
}
