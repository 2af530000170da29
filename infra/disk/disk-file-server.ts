import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { BlobKey } from '../../shared/ports/blob-store.ts'
import type { Clock } from '../../shared/ports/clock.ts'
import { messageOf } from '../../shared/runtime/observability/error-text.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'
import type { DiskFiles } from './disk-files.ts'
import type { Permit } from './signed-path.ts'
import { readPermit } from './signed-path.ts'

/** Options of `diskFileServer`. */
export interface DiskFileServerOptions {
  readonly files: DiskFiles
  /** Whether a message names the file: the content of a deleted message is refused at once, before it is removed. */
  readonly isNamed: (key: BlobKey) => Promise<boolean>
  readonly secrets: readonly string[]
  readonly clock: Pick<Clock, 'nowMs'>
  readonly log: Log
  /** Transfers at the same time; further ones are refused with 503. */
  readonly maxTransfers: number
}

/** Answers a request whose path begins with `filesPath`. `origin`: that of a page that may read the answer. Never rejects. */
export type DiskFileServer = (request: IncomingMessage, response: ServerResponse, origin: string | undefined) => Promise<void>

/** A file is never a document of this origin: it runs nothing, and its declared type is not replaced by a guess. */
const guards = {
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

const sharedWith = (origin: string | undefined): Readonly<Record<string, string>> =>
  origin === undefined
    ? {}
    : {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, PUT',
        'access-control-allow-headers': 'content-type',
        'access-control-max-age': '600',
        vary: 'origin',
      }

const missing = 'there is no such file'

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/**
 * Uploads and downloads of the files in a folder, by the addresses of `diskBlobStore`.
 *
 * Promises:  streams, so that memory does not grow with the size of a file. An upload
 *            that ends early or differs from the announced content leaves nothing.
 * Does not:  authenticate: an address works for everyone until it expires, or until no message names its file.
 */
export const diskFileServer = ({ files, isNamed, secrets, clock, log, maxTransfers }: DiskFileServerOptions): DiskFileServer => {
  let transfers = 0

  const answer = (response: ServerResponse, status: number, text: string): void => {
    // The rest of a body that was not read must not be taken for the next request.
    response.writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      ...(status === 200 ? {} : { connection: 'close' }),
    })
    response.end(`${text}\n`)
  }

  const receive = async ({ key, fields }: Permit, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { sha256 = '' } = fields
    const blob = { ...key, size: Number(fields.size), sha256 }
    const content = request.iterator({ destroyOnReturn: false })
    if (await files.write(blob, content)) answer(response, 200, 'stored')
    else answer(response, 400, 'the size or the SHA-256 of the content is not the announced one')
  }

  const send = async ({ key, fields }: Permit, response: ServerResponse): Promise<void> => {
    if (!(await isNamed(key))) return answer(response, 404, missing)
    const path = files.pathOf(key)
    const { size } = await stat(path)
    response.writeHead(200, {
      'content-type': fields.type ?? '',
      'content-disposition': fields.disposition ?? '',
      'content-length': size,
      'cache-control': 'private, max-age=600',
    })
    await pipeline(createReadStream(path), response)
  }

  const transfer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method } = request
    if (method !== 'GET' && method !== 'PUT') return answer(response, 405, 'must be GET or PUT')
    const permit = readPermit(method, request.url ?? '', clock.nowMs(), secrets)
    if (permit === undefined) return answer(response, 403, 'the address is not valid, or has expired')
    if (transfers >= maxTransfers) return answer(response, 503, 'too many transfers')
    transfers += 1
    try {
      await (method === 'PUT' ? receive(permit, request, response) : send(permit, response))
    } finally {
      transfers -= 1
    }
  }

  return async (request, response, origin) => {
    for (const [name, value] of Object.entries({ ...guards, ...sharedWith(origin) })) response.setHeader(name, value)
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    try {
      await transfer(request, response)
    } catch (error) {
      if (isMissing(error) && !response.headersSent) return answer(response, 404, missing)
      if (!request.destroyed && !response.destroyed) log.warn({ reason: messageOf(error) }, 'transfer of a file failed')
      response.destroy()
    }
  }
}
