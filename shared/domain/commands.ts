/**
 * What somebody asks of a room or of the list of users. Time, ids and the
 * acting user come in with the command, so that deciding is pure.
 *
 * `digest` names the command's content (acting user, event, body): the same
 * `(room, id)` with the same digest is the same command sent again.
 */
export interface CommandHead {
  readonly v: 1
  /** The stream: the chat's id. */
  readonly room: string
  /** Unique within the room, for ever: the message's id, the chat's, or the membership command's. */
  readonly id: string
  readonly digest: string
  /** The acting user's id. */
  readonly user: string
  /** When the gateway took the command in, ISO-8601 UTC with milliseconds. */
  readonly at: string
}

export interface CreateChat extends CommandHead {
  readonly type: 'CreateChat'
  readonly body: { readonly name: string; readonly users: readonly string[] }
}
export interface PostMessage extends CommandHead {
  readonly type: 'PostMessage'
  readonly body: { readonly msg: string; readonly type: string }
}
export interface AddUsers extends CommandHead {
  readonly type: 'AddUsers'
  readonly body: { readonly users: readonly string[] }
}
export interface RemoveUsers extends CommandHead {
  readonly type: 'RemoveUsers'
  readonly body: { readonly users: readonly string[] }
}

/** The commands that are decided in a room's order. */
export type ChatCommand = CreateChat | PostMessage | AddUsers | RemoveUsers

/**
 * Create or fetch a user. Keyed by the external id, which stands in `room`;
 * `id` is the user id that a new user would get.
 */
export interface CreateUser {
  readonly v: 1
  readonly type: 'CreateUser'
  readonly room: string
  readonly id: string
  readonly digest: string
  readonly at: string
  readonly body: { readonly externalUserId: string; readonly name?: string | undefined }
}

export type Command = ChatCommand | CreateUser
