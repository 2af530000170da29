/** A member of a chat, as far as its notifications depend on it. */
export interface NotifiableMember {
  readonly user: string
  /** The seq of the room at which the membership began. */
  readonly since: number
  /** The seq of the read marker; at least `since`. */
  readonly readUpTo: number
  /** Whether the member has muted the chat, for now. */
  readonly isMuted: boolean
}

/** Names a person for another system. */
export interface PushUser {
  /** The id that the service gave. */
  readonly user: string
  readonly externalUserId: string
}

/** A member who is notified. */
export interface PushRecipient extends PushUser {
  /** Its unread messages in the chat, as lists of chats count them. */
  readonly unread: number
}

/** A message with those who are notified of it. */
export interface PushData {
  /** Empty for a direct chat. */
  readonly chat: { readonly name: string }
  readonly author: PushUser & { readonly name?: string }
  /** The newest version of the message, as JSON text. */
  readonly message: string
  readonly recipients: readonly PushRecipient[]
}

/**
 * The data of notifications.
 *
 * Promises:  each call is one snapshot. `read` has the newest version of a
 *            message, and nothing of a message whose deletion or erasure was
 *            stored before the call. Rejects with `StoreError` only.
 * Does not:  know who is online.
 * Blocks:    up to the statement time-outs, then rejects.
 */
export interface PushReads {
  /** The present members of a chat; of a chat with more than `most` members, only those of `mentioned`. In any order. */
  members(room: string, mentioned: readonly string[], most: number): Promise<readonly NotifiableMember[]>
  /** The message with this seq, and those of the users who are present members, in their order. Undefined: it is deleted, or there is none. */
  read(room: string, seq: number, users: readonly string[]): Promise<PushData | undefined>
}
