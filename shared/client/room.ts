import type { Membership, Message } from '../domain/events.ts'
import type { Role } from '../domain/roles.ts'
import type { ChatUpdated } from '../room-events/update-chat.ts'
import type { MembersUpdated } from '../room-events/update-members.ts'
import type {
  CallOptions,
  ChangeOptions,
  ChatContent,
  ListedMember,
  MessageContent,
  MessageDraft,
  MessageVersion,
  Reaction,
  RoleOptions,
  SetOptions,
  UserRef,
} from './call-types.ts'
import type { ChatEvents, JoinedChat, RoomMessage } from './chat-events.ts'
import type { MemberOptions, PageOptions, ReactionOptions } from './history.ts'

/**
 * The events of one room. `change`: a property of the handle, or of a list of it,
 * has another value. `changed`: a message of `messages` as it is now, after a
 * change, or after a reply in its thread.
 */
export interface RoomEventMap extends Pick<ChatEvents, 'message' | 'members' | 'updated' | 'roles' | 'left' | 'reset'> {
  readonly change: undefined
  readonly changed: RoomMessage
}

/** Selects messages: the replies of one thread, or all messages that are not replies. */
export type MessageFilter = { readonly thread: string } | { readonly replies: false }

/**
 * The newest messages of a room, kept up to date.
 *
 * Promises:  `messages` has no gap and no repeat: the history that was loaded,
 *            and after it every message since the list was created, in order, each
 *            as it is now. The array is replaced, never changed, and so is each
 *            message that changes: they can be compared.
 */
export interface MessageList {
  readonly messages: readonly RoomMessage[]
  /** There may be older messages than those in `messages`. */
  readonly hasOlder: boolean
  /** Loads up to `count` older messages, 50 by default. Concurrent calls share one read. */
  loadOlder(count?: number, options?: CallOptions): Promise<void>
}

/** One room: its messages, its members, and the calls that act in it. */
export interface Room extends MessageList {
  readonly id: string
  /** The chat with its present name, image, data and rules; undefined until it is known. */
  readonly chat: JoinedChat | undefined
  /** The ids of the present members. */
  readonly members: readonly string[]
  /** The role of the user, as far as it is known: after a lower role has ended, undefined until it changes again. */
  readonly role: Role | undefined
  /** The user was removed from the room. */
  readonly isOver: boolean
  /** The list of one thread, or the list without replies; the same list each time. `change` reports its changes. */
  list(filter: MessageFilter): MessageList
  send(draft: MessageDraft | string, options?: CallOptions): Promise<Message>
  /** Replaces the whole content of an own message. */
  edit(message: string, content: MessageContent | string, options?: ChangeOptions): Promise<Message>
  delete(message: string, options?: ChangeOptions): Promise<Message>
  react(message: string, reaction: string, options?: SetOptions): Promise<number>
  pin(message: string, options?: SetOptions): Promise<void>
  reactions(message: string, options?: ReactionOptions): AsyncGenerator<Reaction, void>
  versions(message: string, options?: PageOptions): AsyncGenerator<MessageVersion, void>
  addUsers(users: readonly UserRef[], options?: ChangeOptions): Promise<Membership>
  removeUsers(users: readonly UserRef[], options?: ChangeOptions): Promise<Membership>
  leave(options?: ChangeOptions): Promise<Membership>
  ban(users: readonly UserRef[], options?: ChangeOptions): Promise<Membership>
  update(content: ChatContent, options?: ChangeOptions): Promise<ChatUpdated['body']['chat']>
  updateMembers(users: readonly UserRef[], role: Role, options?: RoleOptions): Promise<MembersUpdated['body']>
  listMembers(options?: MemberOptions): AsyncGenerator<ListedMember, void>
  /** Returns a function that removes the listener. */
  on<Name extends keyof RoomEventMap>(name: Name, listener: (event: RoomEventMap[Name]) => void): () => void
}
