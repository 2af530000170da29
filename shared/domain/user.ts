import type { CreateUser } from './commands.ts'
import type { Decider } from './decider.ts'
import type { User, UserCreated } from './events.ts'

/** Who carries this external id, if anybody. */
export interface UserState {
  readonly user: User | undefined
}

/** Not a no: the user is there already and is the answer. */
export interface AlreadyThere {
  readonly type: 'AlreadyThere'
  readonly user: User
}

const decide = (command: CreateUser, state: UserState): UserCreated | AlreadyThere => {
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

/** Create or fetch: the first command for an external id makes the user, all later ones find it. */
export const userDecider: Decider<UserState, CreateUser, UserCreated, AlreadyThere> = {
  initialState: { user: undefined },
  evolve: (_state, event) => ({ user: event.body.user }),
  decide,
}
