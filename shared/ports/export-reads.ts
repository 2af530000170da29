import type { User } from '../domain/events.ts'

/** An event of a chat, for an export. */
export interface ExportedEvent {
  readonly stream: string
  readonly seq: number
  readonly type: string
  /** The body of the event. */
  readonly data: string
  /** The body of the event with the newest version of the posted message; null: the message was not edited, or is deleted. */
  readonly newest: string | null
  /** Whether the event still has an effect: false for an older version, a removed reaction, a removed pin, an erased message. */
  readonly isPresent: boolean
  /** Whether the message is a reply in the thread of an erased message, and whether it quotes one. */
  readonly hasLostRoot: boolean
  readonly hasLostQuote: boolean
}

/** A block of one user by another. */
export interface ExportedBlock {
  readonly user: string
  readonly blocked: string
  readonly createdAt: string
}

/**
 * The reads of an export, all of one snapshot. Chats are read in the order of
 * their ids. Pages of `limit` rows, each after the last row of the page before;
 * the last page is empty.
 */
export interface ExportReads {
  users(after: string, limit: number): Promise<readonly User[]>
  events(after: Pick<ExportedEvent, 'stream' | 'seq'>, limit: number): Promise<readonly ExportedEvent[]>
  blocks(after: Pick<ExportedBlock, 'user' | 'blocked'>, limit: number): Promise<readonly ExportedBlock[]>
}
