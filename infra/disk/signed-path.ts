import { createHmac, timingSafeEqual } from 'node:crypto'
import type { BlobKey } from '../../shared/ports/blob-store.ts'
import { blobKey, blobPath } from '../blobs/blob-path.ts'

/** The prefix of the paths of files on the public port. */
export const filesPath = '/files/'

/** What an address permits. The fields are those of the query of the address. */
export interface Permit {
  readonly key: BlobKey
  readonly method: 'GET' | 'PUT'
  readonly fields: Readonly<Record<string, string>>
}

const signatureOf = (secret: string, method: string, path: string, query: string): string =>
  createHmac('sha256', secret).update(`files\n${method}\n${path}\n${query}`).digest('base64url')

const isSame = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** An address without a host, signed with the first of the secrets. */
export const signedPath = ({ key, method, fields }: Permit, expiresAtMs: number, secrets: readonly string[]): string => {
  const path = filesPath + blobPath(key)
  const query = new URLSearchParams({ ...fields, expires: String(expiresAtMs) }).toString()
  return `${path}?${query}&signature=${signatureOf(secrets[0] ?? '', method, path, query)}`
}

/** The permit of an address; undefined: it is not signed for this method by one of the secrets, or has expired. */
export const readPermit = (
  method: 'GET' | 'PUT',
  address: string,
  nowMs: number,
  secrets: readonly string[],
): Permit | undefined => {
  const [, path = '', query = '', signature = ''] = /^([^?]*)\?(.*)&signature=([\w-]+)$/.exec(address) ?? []
  if (!secrets.some((secret) => isSame(signatureOf(secret, method, path, query), signature))) return undefined
  const { expires, ...fields } = Object.fromEntries(new URLSearchParams(query))
  const key = blobKey(path.slice(filesPath.length))
  return key === undefined || Number(expires) <= nowMs ? undefined : { key, method, fields }
}
