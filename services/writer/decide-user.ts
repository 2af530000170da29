import { blockKeyText } from '../../shared/domain/blocks.ts'
import type { CreateUser } from '../../shared/domain/commands.ts'
import type { User } from '../../shared/domain/events.ts'
import { rejected } from '../../shared/domain/rejections.ts'
import { userDecider } from '../../shared/domain/user.ts'
import type { UserStream } from '../../shared/domain/user-stream.ts'
import { userEventOfCommand } from '../../shared/user-events/find-user-event.ts'
import type { BlockSet } from '../../shared/user-events/set-block.ts'
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
  batch.userStreams.set(result.body.user.id, { seq: result.seq, user: result.body.user, blockCount: 0 })
  return accept(batch, command, result)
}

const streamOf = ({ userStreams, blocks, knownUsers, limits }: BatchState, user: string): UserStream | undefined => {
  const stored = userStreams.get(user)
  return stored && { ...stored, blocks, knownUsers, maxBlocks: limits.blocks }
}

/** The block is in force for the later commands of the batch. */
const noteBlock = ({ blocks }: BatchState, { stream, body: { user: blocked, on } }: BlockSet): void => {
  const key = blockKeyText({ user: stream, blocked })
  if (on) blocks.add(key)
  else blocks.delete(key)
}

/** For the later commands of the batch, the user does not exist, and its external id is free. */
const noteErasure = ({ knownUsers, users }: BatchState, { id, externalUserId }: User): void => {
  knownUsers.delete(id)
  users.delete(externalUserId)
}

/**
 * Decides a command in the stream of its acting user. Only the user, a service for it, or the operator acts there. An erased
 * user does not exist.
 */
export const decideOwn = (batch: BatchState, command: UserCommand): Decision => {
  const outcomes = outcomesOfId(batch, command)
  const own = outcomes.find(({ digest }) => digest === command.digest)
  if (own !== undefined) return repeated(own)
  if (outcomes.some(reservesItsId)) return { kind: 'conflict' }
  const state = streamOf(batch, command.stream)
  if (state === undefined || state.user.erased)
    return reject(batch, command, rejected('unknown_user', 'some users do not exist', { users: [command.user] }))
  const definition = userEventOfCommand(command.type)
  const result = definition.decide(command, state) as UserOwnEvent | ReturnType<typeof rejected>
  if (result.type === 'Rejected') return reject(batch, command, result)
  const { user, blockCount } = definition.evolve(state, result)
  batch.userStreams.set(command.stream, { seq: result.seq, user, blockCount })
  if (result.type === 'BlockSet') noteBlock(batch, result)
  if (result.type === 'UserErased') noteErasure(batch, state.user)
  return accept(batch, command, result)
}
