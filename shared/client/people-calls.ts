import type { Chat, User } from '../domain/events.ts'
import type { Block, CallOptions, ChangeOptions, ProfileChange } from './call-types.ts'
import type { PageOptions } from './history.ts'

/**
 * The calls of the bound user about itself and other people. `unknown_event`
 * refuses a call that this service does not accept (yet), see `CoreClient.features`.
 */
export interface PeopleCalls {
  /**
   * Opens the direct chat with another user, by its id; resolves with the chat that exists already, if either of the two
   * has opened it before. It has no name, and keeps its two members.
   */
  directChat(user: string, options?: CallOptions): Promise<Chat>
  /** Changes the own profile. Resolves with the user after the change. Those who watch the user get the event `profile`; others see it when they read the user again. */
  updateUser(change: ProfileChange, options?: ChangeOptions): Promise<User>
  /** Blocks a user: it can neither open a direct chat with the bound user nor add it to a chat. Existing chats stay. */
  block(user: string, options?: ChangeOptions): Promise<void>
  unblock(user: string, options?: ChangeOptions): Promise<void>
  /** The users whom the bound user has blocked, ordered by id. */
  listBlocks(options?: PageOptions): AsyncGenerator<Block, void>
}
