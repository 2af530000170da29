import type { Attachment } from '../domain/events.ts'
import type { CallOptions, FileUpload } from './call-types.ts'
import type { CoreClient } from './chat-client.ts'
import { ChatError } from './chat-error.ts'
import { pictureSize } from './picture-size.ts'
import { putContent } from './put-content.ts'

/** A `File` of a browser or of Node, or a `Blob` with a name. */
export type UploadedFile = Blob & { readonly name: string }

/** Options of `upload`. */
export interface UploadOptions extends CallOptions {
  /** Called with a part from 0 to 1 while the content is uploaded; only browsers report more than the end. */
  readonly onProgress?: (part: number) => void
  /** The size of a picture in pixels. Browsers find it. */
  readonly width?: number
  readonly height?: number
}

/** A media type as the service accepts it; browsers report an empty one for files that they do not know. */
const mimeOf = ({ type }: Blob): string => {
  const [essence = ''] = type.toLowerCase().split(';')
  return /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/.test(essence) ? essence : 'application/octet-stream'
}

const sha256Of = async (file: Blob): Promise<string> => {
  const { subtle } = globalThis.crypto as Partial<typeof globalThis.crypto>
  if (subtle === undefined) throw new TypeError('upload: browsers hash files only on pages of https:// or of localhost')
  const digest = new Uint8Array(await subtle.digest('SHA-256', await file.arrayBuffer()))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const announce = async (
  client: Pick<CoreClient, 'createUpload'>,
  room: string,
  file: UploadedFile,
  { width, height, signal }: UploadOptions,
): Promise<FileUpload> => {
  const size = width === undefined || height === undefined ? await pictureSize(file) : { width, height }
  const described = { name: file.name, mime: mimeOf(file), size: file.size, sha256: await sha256Of(file), ...size }
  signal?.throwIfAborted()
  return client.createUpload(room, described, { ...(signal && { signal }) })
}

/**
 * Uploads a file into a room. Resolves with the file, to be sent with `attachments: [file]` in a message of the same user
 * in the same room. The file is read into memory, to be hashed. Rejects with `ChatError`, also when the upload fails, or
 * with the reason of the abort.
 */
export const upload = async (
  client: Pick<CoreClient, 'createUpload'>,
  room: string,
  file: UploadedFile,
  options: UploadOptions = {},
): Promise<Attachment> => {
  const announced = await announce(client, room, file, options)
  const status = await putContent(announced.put, file, options)
  if (status < 200 || status > 299) {
    throw new ChatError('unavailable', `the content of the file was not stored (status ${status})`, { retryable: true })
  }
  return announced.file
}
