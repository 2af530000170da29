import type { CreateUser } from './commands.ts'
import type { Decider } from './decider.ts'
import type { User, UserCreated } from './events.ts'

/** The user with the external id of the command; undefined: there is none. */
export interface UserState {
  readonly user: User | undefined
}

/** The user exists already. This is no rejection: the sender is answered with the user. */
export interface ExistingUser {
  readonly type: 'AlreadyThere'
  readonly user: User
}

const decide = (command: CreateUser, state: UserState): UserCreated | ExistingUser => {
  if (state.user !== undefined) return { type: 'AlreadyThere', user: state.user }
  const { externalUserId, name } = command.body
  const user = {
    id: command.id,
    externalUserId,
    ...(name === undefined ? {} : { name }),
    created_at: command.at,
    modified_at: command.at,
  }
  return { type: 'UserCreated', stream: command.id, seq: 1, commandId: command.id, digest: command.digest, body: { user } }
}

/** What remains of a user who was erased at this time. */
export const erasedUser = ({ id, created_at }: User, at: string): User => ({
  id,
  externalUserId: '',
  created_at,
  modified_at: at,
  erased: true,
})

/** Creates or fetches: the first command for an external id creates the user, all later ones return it. */
export const userDecider: Decider<UserState, CreateUser, UserCreated, ExistingUser> = {
  initialState: { user: undefined },
  evolve: (_state, event) => ({ user: event.body.user }),
  decide,
}
