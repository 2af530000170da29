import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerRequests } from '../../../services/gateway/server/http-routes.ts'
import { servePage } from '../../../services/web/serve-page.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'

const folder = mkdtempSync(join(tmpdir(), 'chat-page-'))
const servers: Server[] = []

/** Never asked here; its own suite is elsewhere. */
const api = { handle: async () => undefined, drain: async () => undefined }

const serve = async (needsToken: boolean | undefined): Promise<string> => {
  const page = needsToken === undefined ? undefined : servePage(folder, { needsToken })
  const server = createServer(answerRequests({ limits: defaultLimits, api, page })).listen(0, '127.0.0.1')
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** `fetch` would tidy the path up. */
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

describe('the page, as the public port serves it', () => {
  let url: string
  beforeAll(async () => {
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'index.html'), '<html data-auth="off">page</html>')
    writeFileSync(join(folder, 'assets/index-1a2b.js'), 'run()')
    url = await serve(false)
  })
  afterAll(() => {
    for (const server of servers) server.close()
    rmSync(folder, { recursive: true })
  })

  it('lets nothing but its own files run, and no other site frame it', async () => {
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

  it('is asked for again each time, unlike its assets, whose names change', async () => {
    const page = await fetch(url)
    const asset = await fetch(`${url}/assets/index-1a2b.js`)
    expect(page.headers.get('cache-control')).toBe('no-cache')
    expect(asset.headers.get('cache-control')).toContain('immutable')
    expect(await asset.text()).toBe('run()')
    const again = await fetch(url, { headers: { 'if-none-match': page.headers.get('etag') ?? '' } })
    expect(again.status).toBe(304)
  })

  it('comes zipped only to those who can unzip it', async () => {
    const zipped = await fetch(url, { headers: { 'accept-encoding': 'gzip' } })
    const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } })
    expect(zipped.headers.get('content-encoding')).toBe('gzip')
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(await zipped.text()).toBe(await plain.text())
  })

  it('knows whether a token is asked for', async () => {
    expect(await (await fetch(url)).text()).toContain('data-auth="off"')
    expect(await (await fetch(await serve(true))).text()).toContain('data-auth="jwt"')
  })

  it('takes no other method than GET and HEAD', async () => {
    const posted = await fetch(url, { method: 'POST' })
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect(await (await fetch(url, { method: 'HEAD' })).text()).toBe('')
  })

  it.each(['/../package.json', '/assets/../../package.json', '/%2e%2e/package.json', '/index.html/'])(
    'serves nothing for %s',
    async (path) => expect(await statusOfRaw(url, path)).toBe(404),
  )

  it('leaves the protocol document to be had, with the page or without', async () => {
    for (const base of [url, await serve(undefined)]) {
      const answer = await fetch(`${base}/asyncapi.json`)
      expect(await answer.json()).toMatchObject({ asyncapi: '3.1.0' })
    }
  })

  it('is a line of text where there is none', async () => {
    const answer = await fetch(await serve(undefined))
    expect([answer.status, await answer.text()]).toEqual([200, 'A chat service. Connect a WebSocket to /ws.\n'])
  })
})
