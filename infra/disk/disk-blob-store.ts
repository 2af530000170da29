import type { BlobStore } from '../../shared/ports/blob-store.ts'
import type { Clock } from '../../shared/ports/clock.ts'
import { opaqueType, presentationHeaders } from '../blobs/presentation.ts'
import type { DiskFiles } from './disk-files.ts'
import { signedPath } from './signed-path.ts'

/** Options of `diskBlobStore`. */
export interface DiskBlobStoreOptions {
  readonly files: DiskFiles
  /** The first signs addresses. */
  readonly secrets: readonly string[]
  readonly clock: Pick<Clock, 'nowMs'>
}

/** The BlobStore in a folder. Its addresses are paths of the public port, where `diskFileServer` answers them. */
export const diskBlobStore = ({ files, secrets, clock }: DiskBlobStoreOptions): BlobStore => {
  const expiry = (expiresS: number): number => clock.nowMs() + expiresS * 1_000
  return {
    origin: undefined,
    upload: async ({ size, sha256, ...key }, expiresS) => ({
      url: signedPath({ key, method: 'PUT', fields: { size: String(size), sha256 } }, expiry(expiresS), secrets),
      headers: { 'content-type': opaqueType },
    }),
    download: async (key, shown, expiresS) =>
      signedPath({ key, method: 'GET', fields: presentationHeaders(shown) }, expiry(expiresS), secrets),
    remove: files.remove,
    list: files.list,
    close: async () => undefined,
  }
}
