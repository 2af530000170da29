import type { BlobStore } from '../../../shared/ports/blob-store.ts'

/** The files of a gateway. */
export interface GatewayFiles {
  readonly blobStore: Pick<BlobStore, 'upload' | 'download'>
  /** The first signs announced files, and all are accepted. */
  readonly secrets: readonly [string, ...string[]]
}

const fileEvents: ReadonlySet<string> = new Set(['create-upload', 'get-files'])

/** The events that a gateway does not have. */
export const absentEvents = (files: GatewayFiles | undefined): ReadonlySet<string> =>
  files === undefined ? fileEvents : new Set()
