import type { Browser, CDPSession } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildPage } from '../../services/web/build.ts'
import type { ChatClient } from '../../shared/client/chat-client.ts'
import { connect } from '../../shared/client/connect.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import type { Window } from './window.ts'
import { openWindow } from './window.ts'

const missing = await noBrowserReason()

const few = 10
const many = 5_000
/** Messages of one measurement, one after another. */
const measured = 40
/** Messages in flight while the sender fills the room. */
const together = 500
/** Measurements of one size. The cheapest counts, because other work on the machine disturbs the others. */
const rounds = 3
/** The aim is 1; the margin is for the noise of a shared machine. A page that lays out all rows exceeds it by far. */
const mostRatio = 3

/** Seconds of the page's main thread: scripts, styles and layout. */
const busySeconds = async (session: CDPSession): Promise<number> => {
  const { metrics } = await session.send('Performance.getMetrics')
  const named = new Map(metrics.map(({ name, value }) => [name, value]))
  return ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'].reduce((sum, name) => sum + (named.get(name) ?? 0), 0)
}

describe.skipIf(missing)('The cost of a message on the chat page', { timeout: 240_000 }, () => {
  let server: EmbeddedChat
  let browser: Browser
  let ann: Window
  let bob: ChatClient

  beforeAll(async () => {
    await buildPage(() => undefined)
    ;[server, browser] = await Promise.all([startEmbedded({ WEB_PAGE: 'on' }), openBrowser()])
    ann = await openWindow(browser, server.url, { id: 'ann', name: 'Ann' })
    bob = connect(server.url, { user: { externalUserId: 'bob', name: 'Bob' } })
  }, 240_000)
  afterAll(async () => {
    bob?.close()
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  const rowsShown = (): Promise<number> => ann.page.getByRole('log').locator('.bubble').count()

  const fill = async (room: string, from: number, to: number): Promise<void> => {
    for (let start = from; start < to; start += together) {
      const texts = Array.from({ length: Math.min(together, to - start) }, (_, index) => `message ${start + index}`)
      await Promise.all(texts.map((text) => bob.send(room, text)))
    }
    await vi.waitFor(async () => expect(await rowsShown()).toBe(to), { timeout: 120_000, interval: 250 })
  }

  /** The least seconds of the main thread for `measured` messages, each shown before the next is sent. */
  const costOf = async (room: string, rows: number): Promise<number> => {
    const session = await ann.page.context().newCDPSession(ann.page)
    await session.send('Performance.enable')
    const costs: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const before = await busySeconds(session)
      for (let index = 0; index < measured; index += 1) await bob.send(room, `round ${round} message ${index}`)
      await vi.waitFor(async () => expect(await rowsShown()).toBe(rows + (round + 1) * measured), {
        timeout: 60_000,
        interval: 50,
      })
      costs.push((await busySeconds(session)) - before)
    }
    return Math.min(...costs)
  }

  it('is about the same with thousands of rows as with ten', async () => {
    const { id: room } = await bob.createChat({ name: 'Growing', users: [await annsId()] })
    await ann.open('Growing')
    await fill(room, 0, few)
    const atFew = await costOf(room, few)
    const shown = few + rounds * measured
    await fill(room, shown, many)
    const atMany = await costOf(room, many)
    process.stderr.write(`page cost of a message: ${ms(atFew)} at ${few} rows, ${ms(atMany)} at ${many} rows\n`)
    expect(atMany / atFew).toBeLessThan(mostRatio)
  })

  const ms = (seconds: number): string => `${((seconds / measured) * 1_000).toFixed(2)} ms`

  const annsId = async (): Promise<string> => {
    const [found] = await bob.findUsers(['ann'])
    return found?.id ?? ''
  }
})
