import { z } from 'zod'
import type { CommandHead } from '../domain/commands.ts'
import type { EventHead } from '../domain/events.ts'
import { erasedUser } from '../domain/user.ts'
import type { UserStream } from '../domain/user-stream.ts'
import { nextUserHead, nextUserTime } from '../domain/user-stream.ts'
import { peopleLevel } from '../protocol/feature-level.ts'
import type { UserFact } from './user-event.ts'

/** The command to erase the profile of a user. */
export interface EraseUser extends CommandHead {
  readonly type: 'EraseUser'
  readonly body: object
}

/**
 * The event of an `EraseUser` command, the last one of the user's stream. The external id, the profile and the blocks are
 * removed from the user and from the earlier events of the stream.
 */
export interface UserErased extends EventHead {
  readonly type: 'UserErased'
  readonly body: { readonly id: string; readonly user: string; readonly created_at: string }
}

/** Erases the profile of a user. Only the operator causes it, by `admin erase-user`. */
export const eraseUser: UserFact<'erase-user', EraseUser, UserErased> = {
  name: 'erase-user',
  command: 'EraseUser',
  event: 'UserErased',
  level: peopleLevel,
  commandBody: z.object({}),

  named: () => [],

  decide: (command: EraseUser, state: UserStream): UserErased => {
    const body = { id: command.id, user: command.stream, created_at: nextUserTime(command, state) }
    return { type: 'UserErased', ...nextUserHead(command, state), body }
  },

  evolve: (state: UserStream, { body }: UserErased) => ({ ...state, user: erasedUser(state.user, body.created_at) }),
}
