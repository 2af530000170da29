import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildPage } from '../../services/web/build.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { accessibilityProblems } from './accessibility.ts'
import type { Window } from './window.ts'
import { openWindow } from './window.ts'

const missing = noStackReason() ?? (await noBrowserReason())

const markup = '<img src=x onerror="alert(1)"><script>alert(2)</script><b>bold</b>'

describe.skipIf(missing)('The chat page with two users on two gateways', { timeout: 180_000 }, () => {
  let chat: Chat
  let browser: Browser
  let ann: Window
  let bob: Window

  beforeAll(async () => {
    // Before the gateways start: each would build the page.
    await buildPage(() => undefined)
    ;[chat, browser] = await Promise.all([startChat(sharedStack(), { gateways: 2, env: { WEB_PAGE: 'on' } }), openBrowser()])
    const [one, two] = chat.gateways.map(({ url }) => url)
    bob = await openWindow(browser, two ?? '', { id: 'bob', name: 'Bob Martin' })
    ann = await openWindow(browser, one ?? '', { id: 'ann', name: 'Ann Lindqvist' })
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await chat?.[Symbol.asyncDispose]()
  })

  const shows = (window: Window, expected: readonly string[]): Promise<unknown> =>
    vi.waitFor(async () => expect(await window.shown()).toEqual(expected), { timeout: 60_000, interval: 100 })

  const bothShow = async (expected: readonly string[]): Promise<void> => {
    await shows(ann, expected)
    await shows(bob, expected)
  }

  it('shows a new chat to the added user with the name of the other user and the number of unread messages', async () => {
    await ann.startChat('bob')
    await ann.write('Hello Bob')
    const entry = bob.page.getByRole('link').filter({ hasText: 'Ann Lindqvist' })
    await entry.filter({ hasText: 'Hello Bob' }).filter({ hasText: '1 unread' }).waitFor()
    await bob.open('Ann Lindqvist')
    await entry.filter({ hasNotText: 'unread' }).waitFor()
    await bothShow(['Hello Bob'])
  })

  it('shows markup as plain text', async () => {
    await bob.write(markup)
    await bothShow(['Hello Bob', markup])
    expect(await ann.page.locator('.bubble :is(img, script, b)').count()).toBe(0)
  })

  it('shows each message once when a gateway is killed and started again', async () => {
    const [gateway] = chat.gateways
    await gateway?.kill()
    const state = ann.page.getByRole('status', { name: 'Connection' })
    await state.getByText(/No connection|Reconnecting/).waitFor()
    await ann.write('Written without a connection')
    await ann.page.getByText('Being sent').waitFor({ state: 'attached' })
    const meanwhile = ['One', 'Two', 'Three']
    for (const text of meanwhile) await bob.write(text)
    await shows(bob, ['Hello Bob', markup, ...meanwhile])

    await gateway?.start()
    const tryNow = state.getByRole('button', { name: 'Try now' })
    await tryNow
      .or(state.and(ann.page.locator('[data-state=online]')))
      .first()
      .waitFor({ state: 'attached' })
    // The page may reconnect before the click; only the messages shown afterwards count.
    await tryNow.click({ timeout: 2_000 }).catch(() => undefined)
    await bothShow(['Hello Bob', markup, ...meanwhile, 'Written without a connection'])
    await ann.page.getByText('Being sent').waitFor({ state: 'detached' })
  })

  it('shows the same messages after a reload', async () => {
    const before = await ann.shown()
    await ann.page.reload()
    await bothShow(before)
  })

  it('has no accessibility problem in a chat and its dialogs, with light and dark colours', async () => {
    const { page } = ann
    expect(await accessibilityProblems(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.getByRole('button', { name: 'Frames', exact: true }).click()
    expect(await accessibilityProblems(page)).toEqual([])
    for (const name of ['New chat', 'People', 'Invite']) {
      await page.getByRole('button', { name, exact: true }).click()
      expect(await accessibilityProblems(page)).toEqual([])
      await page.keyboard.press('Escape')
    }
  })

  it('has no accessibility problem at sign-in and without a connection', async () => {
    const stranger = await browser.newPage()
    await stranger.goto(bob.page.url())
    expect(await accessibilityProblems(stranger)).toEqual([])
    await stranger.close()
    await chat.gateways[1]?.kill()
    await bob.page.getByText('No connection').waitFor()
    expect(await accessibilityProblems(bob.page)).toEqual([])
  })

  it('has caused no error in the console of the browser', () => {
    expect([...ann.complaints, ...bob.complaints]).toEqual([])
  })
})
