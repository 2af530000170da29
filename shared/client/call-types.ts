import type { Attachment, Chat, JsonObject, Mentions, Message, User } from '../domain/events.ts'
import type { ReadMarker } from '../domain/read-marker.ts'
import type { Role } from '../domain/roles.ts'

/** Options of every call that waits for the service. */
export interface CallOptions {
  /** Aborting gives the call up. A request that was sent already may still be carried out. */
  readonly signal?: AbortSignal
}

/** Options of a call that changes a room. */
export interface ChangeOptions extends CallOptions {
  /** A UUID of your own for the change, with which the call can be repeated after the process has ended. */
  readonly id?: string
}

/** Options of a call that sets something, or removes it. */
export interface SetOptions extends ChangeOptions {
  /** `false` removes it; `true` by default. */
  readonly on?: boolean
}

/** Options of a change of roles. */
export interface RoleOptions extends ChangeOptions {
  /** ISO-8601: the role is a lower one that ends then. */
  readonly until?: string
}

/** The content of a chat. A field that is absent stays; an empty text or object removes the content. */
export type ChatContent = Partial<Pick<Chat, 'name' | 'image' | 'data' | 'rules'>>

/** A member of a chat, or a banned user, who has neither `role` nor `since`. */
export interface ListedMember {
  readonly user_id: string
  readonly role?: Role
  /** The end of a role that is a lower one for a time. */
  readonly until?: string
  /** The role from `until` on. */
  readonly role_after?: Role
  /** The seq of the event that made the user a member. */
  readonly since?: number
  /** In a chat of at most 100 members: the marker up to which the member has read. */
  readonly read?: ReadMarker
  /** Beside `read`: the seq up to which a device of the member has received the room. Absent: none has reported it. */
  readonly delivered?: number
}

/** How the user wants to see a chat. A setting that has no effect is absent. */
export interface ChatSettings {
  /** ISO-8601. */
  readonly muted_until?: string
  readonly hidden?: boolean
}

/** The settings of a chat to change; a setting that is absent stays as it is. */
export interface SettingsOptions extends CallOptions {
  /** ISO-8601; a time that has passed ends the mute. */
  readonly mutedUntil?: string
  readonly hidden?: boolean
}

/** How far the user has read a thread, and the number of replies after it, at most 1,000. */
export interface ThreadUnread {
  readonly read: ReadMarker
  readonly unread: number
}

/** A user, by the id that the service gave or by the id in your own system. */
export type UserRef = string | { readonly externalUserId: string }

/** The content of a message. The service refuses it with `invalid` if a field exceeds the limits of the protocol. */
export interface MessageContent {
  readonly msg: string
  /** `text` by default; an edit keeps the type by default. */
  readonly type?: string
  /** A JSON object of the application. */
  readonly data?: JsonObject
  /** The ids of the mentioned users, or all members. */
  readonly mentions?: Mentions
  /** Files that were uploaded into this room by this user: those of `upload`, and those of a message that is edited. */
  readonly attachments?: readonly Attachment[]
}

/** A file that is to be uploaded. */
export type FileDescription = Omit<Attachment, 'id' | 'sig'>

/** An announced file, and how to upload its content. */
export interface FileUpload {
  readonly file: Attachment
  /** A `PUT` of the content to `url` with these headers, before `expires_at`. */
  readonly put: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly expires_at: string }
}

/** The address of a file, which ends at `expires_at`. */
export interface FileAddress {
  readonly id: string
  readonly message: string
  readonly url: string
  readonly expires_at: string
}

/** A message to send. */
export interface MessageDraft extends MessageContent {
  /** A UUID of your own (`newId()`), with which a message can be sent again after the process has ended. */
  readonly id?: string
  /** The id of the root message of a thread: the message is a reply in it. */
  readonly thread?: string
  /** The id of the quoted message. */
  readonly replyTo?: string
  /** Asks that nobody is notified. */
  readonly silent?: boolean
}

/** A message that was read from the service, in its place in the room. */
export interface MessageVersion extends Message {
  readonly room: string
  readonly seq: number
}

/** A reaction of one user to a message. */
export interface Reaction {
  readonly reaction: string
  readonly user_id: string
  /** The seq of the event that set it last. */
  readonly seq: number
}

/** The rooms and users to watch; at most 50 rooms and 200 users. */
export interface WatchTarget {
  readonly rooms?: readonly string[]
  readonly users?: readonly string[]
}

/** A watched room. `signals`: whether `typing` is sent in it, which it is not in large rooms. */
export interface WatchedRoom {
  readonly signals: boolean
  readonly typing: readonly string[]
}

/** A watched user. `online`: null if the service does not know. */
export interface WatchedUser {
  readonly online: boolean | null
  readonly modified_at: string
}

/** What is watched; without the rooms that the user is not a member of, and the users who share no chat with the user. */
export interface WatchState {
  readonly rooms: Readonly<Record<string, WatchedRoom>>
  readonly users: Readonly<Record<string, WatchedUser>>
}

/** Options of a signal. */
export interface SignalOptions {
  /** A JSON object of the application, at most 1,024 bytes. */
  readonly data?: JsonObject
  /** Only these users receive it, at most 20. */
  readonly to?: readonly string[]
}

/** A user as other users see it. */
export type Person = Pick<User, 'id' | 'externalUserId' | 'name' | 'image' | 'data'>

/** A user whom the bound user has blocked. */
export interface Block {
  readonly user_id: string
  readonly created_at: string
}

/** The fields of the own profile to change. An empty text or object removes the field; absent fields stay. */
export type ProfileChange = Partial<Pick<User, 'name' | 'image' | 'data'>>
