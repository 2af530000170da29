import type { ErrorBody } from '../../../shared/protocol/errors.ts'
import type { CommandRequest } from '../../../shared/records/command-of.ts'
import type { RequestedAttachment } from '../../../shared/room-events/message-content.ts'
import { invalidField } from '../requests/request-errors.ts'
import type { FileOwner, FileSignatures } from './file-signatures.ts'

/** Why a command must not name its files; undefined: it may, or names none. */
export type CheckAttachments = (request: CommandRequest, actor: string) => ErrorBody | undefined

const checkFiles = (
  files: readonly RequestedAttachment[],
  owner: FileOwner,
  signatures: FileSignatures | undefined,
): ErrorBody | undefined => {
  if (signatures === undefined) return invalidField('body.attachments', 'this service has no files')
  const index = files.findIndex((file) => !signatures.isSigned(owner, file))
  return index < 0
    ? undefined
    : invalidField(`body.attachments.${index}`, 'must be a file that create-upload has answered to this user in this room')
}

/** `signatures`: undefined if the gateway has no files. */
export const createCheckAttachments =
  (signatures: FileSignatures | undefined): CheckAttachments =>
  (request, actor) => {
    if (!('attachments' in request.body) || request.body.attachments === undefined || !('room' in request)) return undefined
    return checkFiles(request.body.attachments, { room: request.room, user: actor }, signatures)
  }
