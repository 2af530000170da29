import type { Membership, Message } from '../domain/events.ts'
import type { Role } from '../domain/roles.ts'
import type { ChatUpdated } from '../room-events/update-chat.ts'
import type { MembersUpdated } from '../room-events/update-members.ts'
import type {
  CallOptions,
  ChangeOptions,
  ChatContent,
  ChatSettings,
  FileAddress,
  FileDescription,
  FileUpload,
  ListedMember,
  MessageContent,
  MessageDraft,
  MessageVersion,
  Reaction,
  RoleOptions,
  SetOptions,
  SettingsOptions,
  SignalOptions,
  ThreadUnread,
  UserRef,
} from './call-types.ts'
import type { RoomMessage } from './chat-events.ts'
import type { HistoryOptions, MemberOptions, PageOptions, ReactionOptions } from './history.ts'

/**
 * The calls that act in a room. Those that change a room resolve when the change
 * is stored. `unknown_message` refuses a call that names a message that the room
 * does not have, or that was deleted; `unknown_event` refuses a call that this
 * service does not accept (yet), see `ChatClient.features`.
 */
export interface RoomCalls {
  send(room: string, draft: MessageDraft | string, options?: CallOptions): Promise<Message>
  /** Replaces the whole content of an own message. Resolves with the message after the edit. */
  edit(room: string, message: string, content: MessageContent | string, options?: ChangeOptions): Promise<Message>
  /** Deletes an own message, or any with the role for it. Resolves with what remains of it. */
  delete(room: string, message: string, options?: ChangeOptions): Promise<Message>
  /** Sets or removes a reaction of the user. Resolves with the number of users who have set it now. */
  react(room: string, message: string, reaction: string, options?: SetOptions): Promise<number>
  /** Pins or unpins a message. */
  pin(room: string, message: string, options?: SetOptions): Promise<void>
  /**
   * Tells the other members that the user is typing; call it at every key. It sends at most one signal every 3 s, and
   * none while the client is not connected. Typing is over 6 s after the last call, or with the user's message.
   */
  typing(room: string): void
  /**
   * Sends a signal to the other members who watch the room; `kind` begins with `x.`. Resolves with false if it was dropped,
   * as every signal may be: it is not queued or repeated.
   */
  signal(room: string, kind: string, options?: SignalOptions): Promise<boolean>
  /** Resolves with the users who were not members before. */
  addUsers(room: string, users: readonly UserRef[], options?: ChangeOptions): Promise<Membership>
  /** Resolves with the users who were members before. */
  removeUsers(room: string, users: readonly UserRef[], options?: ChangeOptions): Promise<Membership>
  /** The user leaves the room. */
  leave(room: string, options?: ChangeOptions): Promise<Membership>
  /** Removes users and bans them: they cannot be added again. Resolves also with `banned`. `updateMembers` with the role `member` lifts a ban. */
  ban(room: string, users: readonly UserRef[], options?: ChangeOptions): Promise<Membership>
  /** Changes the name, image, data or rules of the chat. Resolves with the changed fields. */
  update(room: string, content: ChatContent, options?: ChangeOptions): Promise<ChatUpdated['body']['chat']>
  /** Sets the role of users; with `until`, a lower one for a time. Resolves with the users whose role has changed. */
  updateMembers(room: string, users: readonly UserRef[], role: Role, options?: RoleOptions): Promise<MembersUpdated['body']>
  /** The members and their roles, those who joined first first; or the banned users. */
  listMembers(room: string, options?: MemberOptions): AsyncGenerator<ListedMember, void>
  /**
   * The user has read the room up to this seq, by default up to the newest message. `unread` changes at once; the marker is
   * stored within two seconds, and when the client is closed. An own message marks everything before it as read.
   */
  markRead(room: string, seq?: number): void
  /**
   * This device has received the room up to this seq, by default up to the newest message, and the user has not seen it: the
   * members of a small chat see it as `delivered`. What is read counts as delivered. It is stored within a second; with many
   * rooms, one of them each half second.
   */
  markDelivered(room: string, seq?: number): void
  /** The messages from this seq on are unread again, on all devices. */
  markUnread(room: string, seq: number): void
  /**
   * The user has read a thread up to this seq. Resolves with the stored marker, which never goes back, and the number of
   * unread replies; `seq` 0, the default, only asks for them. `thread` is the id of the root message. The marker of the room
   * does not change.
   */
  markThread(room: string, thread: string, seq?: number, options?: CallOptions): Promise<ThreadUnread>
  /** Mutes or hides the chat for the user, on all devices. Resolves with the settings that have an effect. */
  setChatSettings(room: string, settings: SettingsOptions): Promise<ChatSettings>
  /** Announces a file. `upload` of `chat-client/files` calls it, and uploads the content. */
  createUpload(room: string, file: FileDescription, options?: CallOptions): Promise<FileUpload>
  /** The addresses of the files of up to 50 messages. A message that was deleted has none. */
  files(room: string, messages: readonly string[], options?: CallOptions): Promise<readonly FileAddress[]>
  /** The history of a room, a thread, or the pinned messages, backwards (newest first) or forwards. */
  messages(room: string, options?: HistoryOptions): AsyncGenerator<RoomMessage, void>
  /** Who has reacted to a message, by reaction. */
  reactions(room: string, message: string, options?: ReactionOptions): AsyncGenerator<Reaction, void>
  /** The versions of a message, oldest first. */
  versions(room: string, message: string, options?: PageOptions): AsyncGenerator<MessageVersion, void>
}

type InRoom<Call> = Call extends (room: string, ...args: infer Args) => infer Result ? (...args: Args) => Result : never

/** The calls of one room: without the room, and without `messages`, which a list replaces. */
export type CallsOfRoom = {
  readonly [Name in keyof RoomCalls as Exclude<Name, 'messages'>]: InRoom<RoomCalls[Name]>
}
