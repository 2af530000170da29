/** Names the content of a file: the room of its message, and the id of the file. */
export interface BlobKey {
  readonly room: string
  readonly file: string
}

/** Content that is announced and not stored yet. */
export interface NewBlob extends BlobKey {
  /** In bytes. */
  readonly size: number
  /** In hexadecimal. */
  readonly sha256: string
}

/** How a client uploads content: a `PUT` to `url` with these headers, before the address expires. */
export interface BlobUpload {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** How a download is shown: the name under which it is saved, and its declared media type. */
export interface BlobPresentation {
  readonly name: string
  readonly mime: string
}

/** Stored content. */
export interface StoredBlob extends BlobKey {
  /** The time of the upload, in milliseconds since 1970. */
  readonly storedAtMs: number
}

/** One page of the stored content, in the order of the keys; `next` is absent on the last page. */
export interface BlobPage {
  readonly blobs: readonly StoredBlob[]
  readonly next?: string
}

/**
 * The contents of files. Clients upload to it and download from it directly, by
 * addresses that are signed and expire.
 *
 * Promises:  an upload address accepts the announced content only: other bytes, of
 *            the same size or of another one, are refused and not stored, so that
 *            a second upload cannot replace the content by another one. A download
 *            address always gives the content as an attachment of an opaque type,
 *            except for pictures of types that browsers cannot run. Signing needs
 *            no network. `remove` is idempotent. Rejects with `BlobStoreError`
 *            when the store cannot be reached.
 * Does not:  know messages or members: the gateway decides who gets an address.
 *            Revoke an address: it ends when it expires, or when its content is
 *            removed.
 */
export interface BlobStore {
  /** The origin of the addresses, for the policy of a page; undefined: that of the service. */
  readonly origin: string | undefined
  /** `expiresS`: the life of the address in seconds, here and below. */
  upload(blob: NewBlob, expiresS: number): Promise<BlobUpload>
  download(key: BlobKey, shown: BlobPresentation, expiresS: number): Promise<string>
  /** Content that does not exist is skipped. */
  remove(keys: readonly BlobKey[]): Promise<void>
  /** A page of the stored content after `next` of the page before. */
  list(next?: string): Promise<BlobPage>
  /** Idempotent. */
  close(): Promise<void>
}

/** The blob store cannot be reached, or has refused a request. */
export class BlobStoreError extends Error {
  override readonly name = 'BlobStoreError'
}
