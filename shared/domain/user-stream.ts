import type { CommandHead } from './commands.ts'
import type { EventHead, User } from './events.ts'

/** The part of the state of a user's stream that a batch of the user's own commands needs. */
export interface UserStream {
  /** The seq of the last event of the stream. */
  readonly seq: number
  readonly user: User
  /** The number of users whom the user has blocked. */
  readonly blockCount: number
  /** By `blockKeyText`: the blocks that are set, among those that the commands name. */
  readonly blocks: ReadonlySet<string>
  /** Users that exist, among those that the commands name. */
  readonly knownUsers: ReadonlySet<string>
  /** Users whom one user may block. */
  readonly maxBlocks: number
}

/** The head of the event that follows this state. */
export const nextUserHead = (command: CommandHead, { seq }: Pick<UserStream, 'seq'>): EventHead => ({
  stream: command.stream,
  seq: seq + 1,
  commandId: command.id,
  digest: command.digest,
})

/** The time of a change of the user. It is never before the time of an earlier change. */
export const nextUserTime = ({ at }: CommandHead, { user }: Pick<UserStream, 'user'>): string => {
  const isEarlier = at < user.modified_at
  return isEarlier ? user.modified_at : at
}
