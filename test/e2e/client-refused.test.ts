import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from '../../infra/npm/bundle.ts'
import type { ConnectOptions } from '../../shared/client/chat-client.ts'
import { connect } from '../../shared/client/connect.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import { freshName } from '../support/client/person.ts'
import { secretIssuer, testSecret } from '../support/issuer.ts'
import { until } from '../support/poll.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { runInBrowser } from './run-in-browser.ts'

const longWait = { withinMs: 40_000 }
const { token } = secretIssuer()
const stranger = secretIssuer('another secret, as long as the first one is, more or less')
const noBrowser = await noBrowserReason()

/** A page with an origin of its own, like that of a development server. */
const pageServer = async () => {
  const server = createServer((_, response) => response.end('a page'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { origin: `http://127.0.0.1:${port}`, [Symbol.dispose]: () => void server.close() }
}

describe('A client whose connection the service refuses', () => {
  const owned = new AsyncDisposableStack()
  const folder = owned.adopt(mkdtempSync(join(tmpdir(), 'chat-page-')), (path) => rmSync(path, { recursive: true, force: true }))
  let chat: EmbeddedChat
  let otherOrigin: string
  let allowedOrigin: string
  beforeAll(async () => {
    otherOrigin = owned.use(await pageServer()).origin
    allowedOrigin = owned.use(await pageServer()).origin
    chat = owned.use(
      await startEmbedded({ AUTH: 'jwt', JWT_SECRET: testSecret, JWT_LEEWAY_S: '0', ALLOWED_ORIGINS: allowedOrigin }),
    )
  })
  afterAll(() => owned.disposeAsync())

  const application = (options: ConnectOptions, address = chat.url) => {
    const client = connect(address, { times: { backoffFirstMs: 50, backoffMostMs: 500 }, ...options })
    const errors: string[] = []
    client.on('state', (state) => {
      if (state.state === 'offline') errors.push(String(state.error))
    })
    return { client, errors, [Symbol.dispose]: client.close }
  }

  it('ends if its only token is refused, and `ready` rejects with the reason', async () => {
    using ann = application({ token: await stranger.token({ sub: freshName('ann') }) })
    await expect(ann.client.ready()).rejects.toMatchObject({
      code: 'ended',
      cause: { code: 'unauthenticated', message: 'unauthenticated: the token is not a JWT that a known key signed' },
    })
  })

  it('reports a refused token while `getToken` may return another one', async () => {
    using bob = application({ getToken: () => stranger.token({ sub: 'bob' }) })
    await until('the reason', () => bob.errors.some((error) => error.includes('unauthenticated: the token')), longWait)
  })

  it('reports a path without a chat service', async () => {
    using cyd = application({ getToken: () => token({ sub: 'cyd' }) }, chat.url.replace('/ws', '/chat/ws'))
    await until('the reason', () => cyd.errors.some((error) => error.includes('no chat service at')), longWait)
  })

  it('connects to an address without a path', async () => {
    const sub = freshName('dan')
    using dan = application({ token: await token({ sub }) }, chat.url.replace('ws:', 'http:').replace('/ws', ''))
    expect((await dan.client.ready()).externalUserId).toBe(sub)
  })

  describe.skipIf(noBrowser)('in a page', { timeout: 120_000 }, () => {
    let browser: Browser
    beforeAll(async () => {
      browser = owned.use(await openBrowser())
    }, 240_000)

    const client = fileURLToPath(new URL('../../shared/client/connect.ts', import.meta.url))
    const script = async (): Promise<string> => {
      const code = `
        import { connect } from ${JSON.stringify(client)}
        const times = { backoffFirstMs: 300, silenceMs: 500, pongMs: 500 }
        const client = connect(${JSON.stringify(chat.url)}, { getToken: () => globalThis.signIn(), times })
        client.on('state', (state) => console.log(state.state, String(state.error ?? '')))
        let pongs = 0
        client.on('frame', ({ direction, text }) => {
          if (direction === 'in' && text.includes('"ping"')) console.log('pong', (pongs += 1))
        })`
      const entry = join(folder, 'page.js')
      writeFileSync(entry, code)
      return (await bundle(entry)).text
    }
    /** Opens a page of this origin, and returns what it has logged once one line contains the text. */
    const linesOf = async (origin: string, signIn: () => Promise<string>, sought: string, deviceAheadMs = 0): Promise<string> => {
      const { lines, close } = await runInBrowser(browser, origin, await script(), async (page) => {
        await page.exposeFunction('signIn', signIn)
        await page.addInitScript((aheadMs) => {
          const now = Date.now.bind(Date)
          Date.now = () => now() + aheadMs
        }, deviceAheadMs)
      })
      await until(sought, () => lines.some((line) => line.includes(sought)), longWait).catch(() => undefined)
      await close()
      return lines.join('\n')
    }

    it('names the setting that must list the origin of the page, and the service logs the origin', async () => {
      const lines = await linesOf(otherOrigin, () => token({ sub: 'eve' }), 'ALLOWED_ORIGINS')
      expect(lines).toContain(`have ${otherOrigin} in ALLOWED_ORIGINS?`)
      expect(chat.log().join('\n')).toContain(`"origin":"${otherOrigin}"`)
    })

    it('connects from an allowed origin, and reports a refused token there', async () => {
      expect(await linesOf(allowedOrigin, () => token({ sub: freshName('fay') }), 'online')).toContain('online')
      expect(await linesOf(allowedOrigin, () => stranger.token({ sub: 'fay' }), 'the token is')).toContain('unauthenticated')
    })

    it('connects from the origin of the service, even if ALLOWED_ORIGINS lists only another one', async () => {
      const own = new URL(chat.url.replace('ws', 'http')).origin
      expect(await linesOf(own, () => token({ sub: freshName('gus') }), 'online')).toContain('online')
    })

    it('does not refresh its token in a loop on a device whose clock is an hour ahead', async () => {
      let given = 0
      const signIn = (): Promise<string> => {
        given += 1
        return token({ sub: 'hal', exp: 600 })
      }
      expect(await linesOf(allowedOrigin, signIn, 'pong 4', 3_600_000)).toContain('pong 4')
      expect(given).toBeLessThan(3)
    })
  })
})
