import type { CommandRequest } from '../../../shared/records/command-of.ts'
import type { FileRequest } from './file-requests.ts'
import type { Intake } from './intake.ts'
import type { MemberRequest } from './member-requests.ts'
import type { Requester } from './requester.ts'

/**
 * Whether this gateway does not know the sender as a member of the room. The
 * sender may still be one, so the request is passed on; if not, the rejection
 * costs the writer or the store work. A chat that the session is creating counts as its own.
 */
export const isNonMember = (
  requester: Requester,
  request: CommandRequest | FileRequest | MemberRequest,
  intake: Pick<Intake, 'isCreating'>,
): boolean =>
  request.event !== 'create-chat' &&
  requester.rooms?.follower(request.room) === undefined &&
  !intake.isCreating(requester, request.room)
