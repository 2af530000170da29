import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { filesIn } from './files-in.ts'

/** Answers a request for one of the page's files. Returns false if the request is for something else. */
export type ServePage = (request: IncomingMessage, response: ServerResponse) => boolean

/** The facts about the service that the page depends on. */
export interface ServePageOptions {
  /** Whether the service requires tokens; the page then asks its user for one. */
  readonly needsToken: boolean
  /** The origin of the files of messages, if it is not that of the page. */
  readonly filesOrigin?: string | undefined
}

interface PageFile {
  readonly headers: OutgoingHttpHeaders
  readonly etag: string
  readonly bytes: Buffer
  readonly gzipped: Buffer
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
}

/**
 * The page runs its own origin's code only; it loads pictures from there and from the store of files, and connects to both.
 * No text is ever parsed as markup or script. `blob:` are the pictures that the user has chosen and not sent yet.
 */
const contentSecurityPolicy = (filesOrigin: string | undefined): string => {
  const files = filesOrigin === undefined ? '' : ` ${filesOrigin}`
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' blob:${files}`,
    `connect-src 'self'${files}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    // The only policy names the address of the service worker.
    'trusted-types service-worker',
  ].join('; ')
}

const guards = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const pageFile = (name: string, bytes: Buffer, { filesOrigin }: ServePageOptions): PageFile => ({
  headers: {
    'content-security-policy': contentSecurityPolicy(filesOrigin),
    ...guards,
    'content-type': types[extname(name)] ?? 'application/octet-stream',
    // The name of an asset changes with its content; the page itself is revalidated.
    'cache-control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
  },
  etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
  bytes,
  gzipped: gzipSync(bytes),
})

const load = (folder: string, options: ServePageOptions): Map<string, PageFile> => {
  const { needsToken } = options
  const read = (name: string): Buffer => {
    const bytes = readFileSync(join(folder, name))
    return name === 'index.html' && needsToken ? Buffer.from(String(bytes).replace('data-auth="off"', 'data-auth="jwt"')) : bytes
  }
  return new Map(filesIn(folder).map((name) => [name === 'index.html' ? '/' : `/${name}`, pageFile(name, read(name), options)]))
}

const answer = ({ method, headers }: IncomingMessage, response: ServerResponse, file: PageFile): void => {
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { ...guards, allow: 'GET, HEAD' }).end()
    return
  }
  if (headers['if-none-match'] === file.etag) {
    response.writeHead(304, { ...file.headers, etag: file.etag }).end()
    return
  }
  const isZipped = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))
  const body = isZipped ? file.gzipped : file.bytes
  const encoding = isZipped ? { 'content-encoding': 'gzip' } : {}
  response.writeHead(200, { ...file.headers, ...encoding, etag: file.etag, 'content-length': body.length })
  response.end(method === 'HEAD' ? undefined : body)
}

/** Serves the built page of this folder from memory: a requested path is a key of a map, never a path on the disk. */
export const servePage = (folder: string, options: ServePageOptions): ServePage => {
  const files = load(folder, options)
  return (request, response) => {
    const file = files.get((request.url ?? '').split('?', 1)[0] ?? '')
    if (file !== undefined) answer(request, response, file)
    return file !== undefined
  }
}
