import type { IncomingMessage, Server } from 'node:http'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect as openTcp } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildPage } from '../../services/web/build.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { shiftClock } from './shift-clock.ts'
import { openWindow } from './window.ts'

const missing = await noBrowserReason()

const prefix = '/apps/chat'
const dayMs = 86_400_000

/** The request line and headers of an upgrade, as text, for another path. */
const upgradeText = (incoming: IncomingMessage, path: string): string => {
  const lines = incoming.rawHeaders.flatMap((name, index, all) => (index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : []))
  return [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n')
}

/** A reverse proxy that serves a port below `prefix`, strips that from the path and keeps the Host. */
const proxyTo = async (port: number): Promise<Server> => {
  const pathOf = (incoming: IncomingMessage): string => (incoming.url ?? '').slice(prefix.length)
  const server = createServer((incoming, outgoing) => {
    if (!incoming.url?.startsWith(`${prefix}/`)) return void outgoing.writeHead(404).end()
    const { method, headers } = incoming
    const forwarded = request({ host: '127.0.0.1', port, method, path: pathOf(incoming), headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(forwarded)
  })
  server.on('upgrade', (incoming, socket, head) => {
    const upstream = openTcp(port, '127.0.0.1', () => {
      upstream.write(upgradeText(incoming, pathOf(incoming)))
      upstream.write(head)
      socket.pipe(upstream).pipe(socket)
    })
    for (const end of [upstream, socket]) end.on('error', () => end.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

describe.skipIf(missing)('The chat page in unusual places', { timeout: 120_000 }, () => {
  let server: EmbeddedChat
  let browser: Browser

  beforeAll(async () => {
    await buildPage(() => undefined)
    ;[server, browser] = await Promise.all([startEmbedded({ WEB_PAGE: 'on' }), openBrowser()])
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  it('runs below a path of a reverse proxy', async () => {
    const proxy = await proxyTo(Number(new URL(server.url).port))
    try {
      const { port } = proxy.address() as AddressInfo
      const ann = await openWindow(browser, `http://127.0.0.1:${port}${prefix}/`, { id: 'ann', name: 'Ann' })
      await ann.startChat('', 'Behind a proxy')
      await ann.write('hello')
      await vi.waitFor(async () => expect(await ann.shown()).toEqual(['hello']), { timeout: 20_000 })
      expect(ann.complaints).toEqual([])
      await ann.close()
    } finally {
      proxy.closeAllConnections()
      proxy.close()
    }
  })

  it('lists the supported browsers in an unsupported one', async () => {
    const page = await browser.newPage()
    await page.addInitScript('delete Promise.withResolvers')
    await page.goto(server.url.replace(/^ws/, 'http').replace(/\/ws$/, '/'))
    await page.getByText('the page runs in Chrome and Edge from 119').waitFor()
    expect(await page.getByLabel('Your id').count()).toBe(0)
    await page.close()
  })

  it('shows day and time of a message by the clock of the service when the device clock is wrong', async () => {
    for (const [id, wrongByMs] of Object.entries({ ahead: 3 * dayMs, behind: -400 * dayMs })) {
      const one = await openWindow(browser, server.url, { id, name: id })
      await shiftClock(one.page.context(), wrongByMs)
      await one.page.reload()
      await one.startChat('', 'Notes')
      const before = Date.now()
      await one.write('now')
      const stamp = one.page.getByRole('log').locator('.bubble time')
      const shownAt = Date.parse((await stamp.getAttribute('datetime')) ?? '')
      expect(Math.abs(shownAt - before)).toBeLessThan(10_000)
      await one.page.locator('[data-state=stored]').waitFor({ state: 'attached' })
      await one.page.getByRole('log').getByText('Today', { exact: true }).waitFor()
      await one.close()
    }
  })

  it('changes the heading of a message from today to yesterday at midnight while the page stays open', async () => {
    const ann = await openWindow(browser, server.url, { id: 'late-ann', name: 'Ann' }, { timezoneId: 'UTC' })
    await ann.startChat('', 'Notes')
    await ann.write('good night')
    await ann.page.locator('[data-state=stored]').waitFor({ state: 'attached' })
    const midnight = new Date().setUTCHours(24, 0, 0, 0)
    const date = new Date(midnight - 6_000).toUTCString()
    await ann.page.route('**/*', (route) =>
      route.request().method() === 'HEAD' ? route.fulfill({ headers: { date } }) : route.continue(),
    )
    await ann.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await ann.page.getByRole('log').getByText('Yesterday', { exact: true }).waitFor({ timeout: 20_000 })
    await ann.close()
  })
})
