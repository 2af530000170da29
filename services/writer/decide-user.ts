import type { CreateUser } from '../../shared/domain/commands.ts'
import { rejected } from '../../shared/domain/rejections.ts'
import type { UserStream } from '../../shared/domain/user-stream.ts'
import { userDecider } from '../../shared/domain/user.ts'
import { userEventOfCommand } from '../../shared/user-events/find-user-event.ts'
import type { UserCommand, UserOwnEvent } from '../../shared/user-events/user-events.ts'
import type { BatchState, Decision } from './batch-state.ts'
import { accept, outcomesOfId, reject, repeated, reservesItsId } from './batch-state.ts'

/** Creates a user, or fetches the one with the external id. */
export const decideCreateUser = (batch: BatchState, command: CreateUser): Decision => {
  const outcomes = outcomesOfId(batch, command)
  const own = outcomes.find(({ digest }) => digest === command.digest)
  if (own !== undefined) return repeated(own)
  const result = userDecider.decide(command, { user: batch.users.get(command.stream) })
  if (result.type === 'AlreadyThere') return { kind: 'user', user: result.user }
  if (outcomes.some(reservesItsId)) return { kind: 'conflict' }
  batch.users.set(command.stream, result.body.user)
  batch.knownUsers.add(result.body.user.id)
  return accept(batch, command, result)
}

/** Decides a command in the stream of its acting user. Only the user, or a service for it, acts there. */
export const decideOwn = (batch: BatchState, command: UserCommand): Decision => {
  const outcomes = outcomesOfId(batch, command)
  const own = outcomes.find(({ digest }) => digest === command.digest)
  if (own !== undefined) return repeated(own)
  if (outcomes.some(reservesItsId)) return { kind: 'conflict' }
  const state = batch.userStreams.get(command.stream)
  if (state === undefined)
    return reject(batch, command, rejected('unknown_user', 'some users do not exist', { users: [command.user] }))
  const definition = userEventOfCommand(command.type)
  const result = definition.decide(command, state) as UserOwnEvent | ReturnType<typeof rejected>
  if (result.type === 'Rejected') return reject(batch, command, result)
  const evolved: UserStream = definition.evolve(state, result)
  batch.userStreams.set(command.stream, { ...evolved, seq: result.seq })
  return accept(batch, command, result)
}
