import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpRoutes } from '../../../services/gateway/server/http-routes.ts'
import { servePage } from '../../../services/web/serve-page.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'

const folder = mkdtempSync(join(tmpdir(), 'chat-page-'))
const servers: Server[] = []

/** Not used here; another suite tests it. */
const api = { handle: async () => undefined, drain: async () => undefined }
const routes = { limits: defaultLimits, api, fileServer: undefined, acceptedOrigin: () => undefined }

const serve = async (needsToken: boolean | undefined): Promise<string> => {
  const page = needsToken === undefined ? undefined : servePage(folder, { needsToken })
  const server = createServer(createHttpRoutes({ ...routes, page })).listen(0, '127.0.0.1')
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** `fetch` would normalise the path. */
const statusOfRaw = (url: string, path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    request({ hostname, port, path }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })

describe('The page on the public port', () => {
  let url: string
  beforeAll(async () => {
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'index.html'), '<html data-auth="off">page</html>')
    writeFileSync(join(folder, 'assets/index-1a2b.js'), 'run()')
    writeFileSync(join(folder, 'service-worker.js'), 'keep()')
    writeFileSync(join(folder, 'manifest.webmanifest'), '{}')
    url = await serve(false)
  })
  afterAll(() => {
    for (const server of servers) server.close()
    rmSync(folder, { recursive: true })
  })

  it('allows only its own files, and forbids frames of other sites', async () => {
    const { status, headers } = await fetch(url)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = headers.get('content-security-policy')?.split('; ')
    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]),
    )
    expect(policy?.join()).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('is revalidated on each visit, while its assets, whose names change, are cached for good', async () => {
    const page = await fetch(url)
    const asset = await fetch(`${url}/assets/index-1a2b.js`)
    expect(page.headers.get('cache-control')).toBe('no-cache')
    expect(asset.headers.get('cache-control')).toContain('immutable')
    expect(await asset.text()).toBe('run()')
    const again = await fetch(url, { headers: { 'if-none-match': page.headers.get('etag') ?? '' } })
    expect(again.status).toBe(304)
  })

  it('has a manifest and a service worker that is revalidated', async () => {
    const manifest = await fetch(`${url}/manifest.webmanifest`)
    const worker = await fetch(`${url}/service-worker.js`)
    expect(manifest.headers.get('content-type')).toBe('application/manifest+json')
    expect(worker.headers.get('content-type')).toContain('text/javascript')
    expect(worker.headers.get('cache-control')).toBe('no-cache')
    const policy = (await fetch(url)).headers.get('content-security-policy')?.split('; ')
    expect(policy).toEqual(expect.arrayContaining(["manifest-src 'self'", 'trusted-types service-worker']))
  })

  it('is compressed only for clients that accept gzip', async () => {
    const zipped = await fetch(url, { headers: { 'accept-encoding': 'gzip' } })
    const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } })
    expect(zipped.headers.get('content-encoding')).toBe('gzip')
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(await zipped.text()).toBe(await plain.text())
  })

  it('says in its document whether the service requires tokens', async () => {
    expect(await (await fetch(url)).text()).toContain('data-auth="off"')
    expect(await (await fetch(await serve(true))).text()).toContain('data-auth="jwt"')
  })

  it('accepts only GET and HEAD', async () => {
    const posted = await fetch(url, { method: 'POST' })
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect(await (await fetch(url, { method: 'HEAD' })).text()).toBe('')
  })

  it.each(['/../package.json', '/assets/../../package.json', '/%2e%2e/package.json', '/index.html/'])(
    'serves nothing for %s',
    async (path) => expect(await statusOfRaw(url, path)).toBe(404),
  )

  it('does not hide the protocol document', async () => {
    for (const base of [url, await serve(undefined)]) {
      const answer = await fetch(`${base}/asyncapi.json`)
      expect(await answer.json()).toMatchObject({ asyncapi: '3.0.0' })
    }
  })

  it('is replaced by a line of text if the service has no page', async () => {
    const answer = await fetch(await serve(undefined))
    expect(answer.status).toBe(200)
    const text = await answer.text()
    for (const place of ['/ws', '/asyncapi.json', '/api/v1/openapi.json']) expect(text).toContain(place)
  })
})
