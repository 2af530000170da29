import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPage } from '../../services/web/build.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { openWindow } from './window.ts'

const missing = await noBrowserReason()

/** The context of a test is like an incognito window, in which Chromium installs nothing. */
const ofTests = 'in-incognito'

describe.skipIf(missing)('The chat page as an installed application', { timeout: 120_000 }, () => {
  let browser: Browser
  let server: EmbeddedChat

  beforeAll(async () => {
    await buildPage(() => undefined)
    ;[server, browser] = await Promise.all([startEmbedded({ WEB_PAGE: 'on' }), openBrowser()])
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  it('can be installed', async () => {
    const ann = await openWindow(browser, server.url, { id: 'ann', name: 'Ann' })
    const session = await ann.page.context().newCDPSession(ann.page)
    const { errors } = await session.send('Page.getAppManifest')
    expect(errors).toEqual([])
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== ofTests)).toEqual([])
    expect(ann.complaints).toEqual([])
    await ann.close()
  })

  it('opens while the service cannot be reached, and connects when it is back', async () => {
    const bob = await openWindow(browser, server.url, { id: 'bob', name: 'Bob' })
    await bob.startChat('', 'Plans')
    await bob.page.evaluate('navigator.serviceWorker.ready')
    await bob.page.context().setOffline(true)
    await bob.page.reload()
    await bob.page.getByText('No connection.').waitFor()
    await bob.page.getByRole('heading', { name: 'Not connected yet' }).waitFor()
    await bob.page.locator('.account').getByText('bob', { exact: true }).waitFor()
    await bob.page.context().setOffline(false)
    await bob.page.getByRole('navigation', { name: 'Chats' }).getByRole('link').filter({ hasText: 'Plans' }).waitFor()
    await bob.close()
  })

  it('opens also after the service has stopped', async () => {
    await using stopping = await startEmbedded({ WEB_PAGE: 'on' })
    const cora = await openWindow(browser, stopping.url, { id: 'cora', name: 'Cora' })
    await cora.page.evaluate('navigator.serviceWorker.ready')
    await stopping.kill()
    await cora.page.reload()
    await cora.page.getByText('No connection.').waitFor()
    await cora.close()
  })
})
