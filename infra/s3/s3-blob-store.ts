import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { BlobKey, BlobPage, BlobStore } from '../../shared/ports/blob-store.ts'
import { BlobStoreError } from '../../shared/ports/blob-store.ts'
import { chunks } from '../../shared/runtime/async/chunks.ts'
import type { S3Config } from '../../shared/runtime/config/files-config.ts'
import { blobKey, blobPath } from '../blobs/blob-path.ts'
import { opaqueType, presentationHeaders } from '../blobs/presentation.ts'

/** Deletions at the same time. Not one request for many objects: some stores do not have it. */
const deletionsAtOnce = 8
const listedAtOnce = 1_000
const requestMs = 10_000

/** Signed with the address, so that the store accepts no other content. */
const signedHeaders = new Set(['host', 'content-length', 'content-type', 'x-amz-checksum-sha256'])
const checksumHeader = new Set(['x-amz-checksum-sha256'])

/** The reason without the message, which can name a key or an address. */
const failed = (what: string, error: unknown): BlobStoreError =>
  new BlobStoreError(`the blob store cannot ${what}: ${error instanceof Error ? error.name : 'unknown error'}`, { cause: error })

const clientOf = ({ endpoint, region, pathStyle, accessKeyId, secretAccessKey }: S3Config): S3Client =>
  new S3Client({
    region,
    forcePathStyle: pathStyle,
    credentials: { accessKeyId, secretAccessKey },
    // Other stores than that of Amazon do not have the checksums that the driver adds by default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { requestTimeout: requestMs, connectionTimeout: requestMs, throwOnRequestTimeout: true },
    ...(endpoint === undefined ? {} : { endpoint }),
  })

/** The BlobStore on an S3-compatible store. `prefix`: before each key, so that several systems can share a bucket. */
export const s3BlobStore = async (config: S3Config, prefix: string): Promise<BlobStore> => {
  const client = clientOf(config)
  const { bucket: Bucket } = config
  const names = (key: BlobKey) => ({ Bucket, Key: prefix + blobPath(key) })

  const download: BlobStore['download'] = (key, shown, expiresIn) => {
    const { type, disposition } = presentationHeaders(shown)
    const overrides = { ResponseContentType: type, ResponseContentDisposition: disposition }
    return getSignedUrl(client, new GetObjectCommand({ ...names(key), ...overrides }), { expiresIn })
  }

  const nothing = { room: '', file: '' }
  const origin = new URL(await download(nothing, { name: '', mime: '' }, 1)).origin

  const list = async (next?: string): Promise<BlobPage> => {
    const after = next === undefined ? {} : { StartAfter: prefix + next }
    const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix, MaxKeys: listedAtOnce, ...after }))
    const found = (page.Contents ?? []).map(({ Key = '', LastModified }) => ({ name: Key.slice(prefix.length), LastModified }))
    const blobs = found.flatMap(({ name, LastModified }) => {
      const key = blobKey(name)
      return key === undefined || LastModified === undefined ? [] : [{ ...key, storedAtMs: LastModified.getTime() }]
    })
    const last = found.at(-1)?.name
    return { blobs, ...(page.IsTruncated === true && last !== undefined ? { next: last } : {}) }
  }

  return {
    origin,
    upload: async ({ size, sha256, ...key }, expiresIn) => {
      const checksum = Buffer.from(sha256, 'hex').toString('base64')
      const content = { ContentType: opaqueType, ContentLength: size, ChecksumSHA256: checksum }
      const signing = { expiresIn, signableHeaders: signedHeaders, unhoistableHeaders: checksumHeader }
      const url = await getSignedUrl(client, new PutObjectCommand({ ...names(key), ...content }), signing)
      return { url, headers: { 'content-type': opaqueType, 'x-amz-checksum-sha256': checksum } }
    },
    download,
    remove: async (keys) => {
      try {
        for (const some of chunks(keys, deletionsAtOnce))
          await Promise.all(some.map((key) => client.send(new DeleteObjectCommand(names(key)))))
      } catch (error) {
        throw failed('remove', error)
      }
    },
    list: (next) =>
      list(next).catch((error: unknown) => {
        throw failed('list', error)
      }),
    close: async () => client.destroy(),
  }
}
