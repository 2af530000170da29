import type { BlobStore } from '../../shared/ports/blob-store.ts'
import type { S3Config } from '../../shared/runtime/config/files-config.ts'

/** Loads the driver only in a process that has a bucket, because it takes 20 MB. `namespace`: the prefix of the keys; empty: none. */
export const openS3BlobStore = async (config: S3Config, namespace: string): Promise<BlobStore> => {
  const { s3BlobStore } = await import('./s3-blob-store.ts')
  return s3BlobStore(config, namespace === '' ? '' : `${namespace}/`)
}
