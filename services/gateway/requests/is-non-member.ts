import type { CommandRequest } from './intake.ts'
import type { Caller } from './requester.ts'

/**
 * Whether nothing here says that the sender is a member of the room. It may be
 * one all the same, so the command is passed on; but who is none finds out at
 * the writer's expense. A chat that this session is creating counts as its own.
 */
export const isNonMember = ({ rooms, pending }: Pick<Caller, 'rooms' | 'pending'>, request: CommandRequest): boolean => {
  if (request.event === 'create-chat' || rooms?.follower(request.room) !== undefined) return false
  return ![...pending].some(({ room, commandId }) => room === request.room && commandId === room)
}
