import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Attachment } from '../../../shared/domain/events.ts'
import type { RequestedAttachment } from '../../../shared/room-events/message-content.ts'

/** A file that is not signed yet. */
export type UnsignedFile = Omit<RequestedAttachment, 'sig'>

/** The room and the user for whom a file is signed. */
export interface FileOwner {
  readonly room: string
  readonly user: string
}

/**
 * Signatures of announced files. A signature covers every field of the file, its
 * room and its user, so that a message can name only files that the service has
 * accepted from its author in this room, without a look-up.
 */
export interface FileSignatures {
  sign(owner: FileOwner, file: UnsignedFile): Attachment
  isSigned(owner: FileOwner, file: RequestedAttachment): boolean
}

const textOf = ({ room, user }: FileOwner, { id, name, mime, size, sha256, width, height }: UnsignedFile): string =>
  JSON.stringify(['file', room, user, id, name, mime, size, sha256, width ?? 0, height ?? 0])

const macOf = (secret: string, text: string): Buffer => createHmac('sha256', secret).update(text).digest()

/** The first of the secrets signs, and all are accepted. */
export const createFileSignatures = (secrets: readonly [string, ...string[]]): FileSignatures => ({
  sign: (owner, file) => {
    const { width, height, ...others } = file
    const size = { ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) }
    return { ...others, ...size, sig: macOf(secrets[0], textOf(owner, file)).toString('base64url') }
  },
  isSigned: (owner, file) => {
    const given = Buffer.from(file.sig, 'base64url')
    const text = textOf(owner, file)
    return secrets.some((secret) => {
      const expected = macOf(secret, text)
      return given.length === expected.length && timingSafeEqual(given, expected)
    })
  },
})
