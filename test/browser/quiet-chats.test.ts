import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildPage } from '../../services/web/build.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { expectAccessible } from './accessibility.ts'
import { followNotifications, notified, setVisible } from './notifications.ts'
import type { Window } from './window.ts'
import { openWindow } from './window.ts'

const missing = await noBrowserReason()

describe.skipIf(missing)('Chats that interrupt the user on the chat page', { timeout: 120_000 }, () => {
  let server: EmbeddedChat
  let browser: Browser
  let ann: Window
  let bob: Window
  let bobsPhone: Window

  beforeAll(async () => {
    await buildPage(() => undefined)
    ;[server, browser] = await Promise.all([startEmbedded({ WEB_PAGE: 'on' }), openBrowser()])
    const open = (id: string, name: string) => openWindow(browser, server.url, { id, name }, { permissions: ['notifications'] })
    ann = await open('ann', 'Ann Lindqvist')
    bob = await open('bob', 'Bob Martin')
    bobsPhone = await open('bob', 'Bob Martin')
    await ann.startChat('bob', 'Tea')
    await ann.write('Tea?')
    await ann.startChat('bob', 'Lunch')
    await ann.write('Lunch?')
    await item(bob, 'Lunch').waitFor()
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  const item = ({ page }: Window, name: string) => page.locator('.chat-item').filter({ hasText: name })
  const say = async (chat: string, text: string): Promise<void> => {
    await ann.open(chat)
    await ann.write(text)
    await ann.row(text).locator('.bubble[data-state=stored]').waitFor()
  }
  const choose = async ({ page }: Window, action: string): Promise<void> => {
    await page.getByRole('button', { name: 'Chat actions' }).click()
    await page.getByRole('menuitem', { name: action }).click()
  }
  const hasTitle = ({ page }: Window, title: string) =>
    vi.waitFor(async () => expect(await page.title()).toBe(title), { timeout: 20_000 })
  const leaveChat = ({ page }: Window) => page.goto(new URL('#/', page.url()).href)

  it('shows the number of unread messages of all chats in the title', async () => {
    await hasTitle(bob, '(2) Chat')
    await bob.open('Tea')
    await hasTitle(bob, '(1) Chat')
    await hasTitle(bobsPhone, '(1) Chat')
  })

  it('does not ask for permission to notify, and shows notifications only after they were turned on', async () => {
    await followNotifications(bob)
    await leaveChat(bob)
    await say('Tea', 'Not notified')
    await item(bob, 'Tea').getByText('1 unread').waitFor()
    expect(await notified(bob)).toEqual([])
    expect(await bob.page.evaluate(() => (globalThis as { askedToNotify?: number }).askedToNotify)).toBe(0)
    await bob.page.getByRole('button', { name: 'Notifications: off' }).click()
    await bob.page.getByRole('button', { name: 'Notifications: on' }).waitFor()
    expect(await bob.page.evaluate(() => (globalThis as { askedToNotify?: number }).askedToNotify)).toBe(1)
  })

  it('notifies of a message in a chat that is not on the screen; a click opens the chat', async () => {
    await say('Tea', 'Green or black?')
    await vi.waitFor(async () => expect(await notified(bob)).toMatchObject([{ title: 'Tea', isClosed: false }]))
    const [shown] = await notified(bob)
    expect(shown?.body).toBe('Ann Lindqvist: Green or black?')
    await bob.page.evaluate(() => (globalThis as { clickNotification?: () => void }).clickNotification?.())
    await bob.page.getByRole('heading', { name: 'Tea' }).waitFor()
    expect(await notified(bob)).toMatchObject([{ isClosed: true }])
  })

  it('notifies of a message in the open chat only while the page is hidden, and never of own messages', async () => {
    await say('Tea', 'Seen at once')
    await bob.row('Seen at once').waitFor()
    await bobsPhone.open('Tea')
    await bobsPhone.write('Black, please')
    await bob.row('Black, please').waitFor()
    expect(await notified(bob)).toHaveLength(1)
    await leaveChat(bobsPhone)
    await setVisible(bob, false)
    await say('Tea', 'While you were away')
    await vi.waitFor(async () => expect(await notified(bob)).toHaveLength(2))
    await setVisible(bob, true)
    await vi.waitFor(async () => expect(await notified(bob)).toMatchObject([{}, { isClosed: true }]))
  })

  it('closes a notification when another device has read the message', async () => {
    await leaveChat(bob)
    await say('Tea', 'Read on the phone')
    await vi.waitFor(async () => expect(await notified(bob)).toMatchObject([{}, {}, { isClosed: false }]))
    await bobsPhone.open('Tea')
    await vi.waitFor(async () => expect(await notified(bob)).toMatchObject([{}, {}, { isClosed: true }]), { timeout: 20_000 })
    await leaveChat(bobsPhone)
  })

  it('mutes a chat on all devices: it has a sign, and counts neither in the title nor in notifications', async () => {
    await bob.open('Lunch')
    await hasTitle(bob, 'Chat')
    await bob.page.getByRole('button', { name: 'Chat actions' }).click()
    await expectAccessible(bob)
    await bob.page.getByRole('menuitem', { name: 'Mute for 8 hours' }).click()
    for (const window of [bob, bobsPhone]) await item(window, 'Lunch').getByText('muted').waitFor()
    await leaveChat(bob)
    const before = (await notified(bob)).length
    await say('Lunch', 'Soup today')
    await item(bob, 'Lunch').getByText('1 unread').waitFor()
    await expectAccessible(bob)
    expect([await bob.page.title(), await bobsPhone.page.title()]).toEqual(['Chat', 'Chat'])
    expect(await notified(bob)).toHaveLength(before)
  })

  it('notifies of a message in a muted chat that mentions the user', async () => {
    const before = (await notified(bob)).length
    await ann.open('Lunch')
    await ann.composer.pressSequentially('@Bob')
    await ann.page.getByRole('option', { name: 'Bob Martin' }).click()
    await ann.composer.press('Enter')
    await vi.waitFor(async () => expect(await notified(bob)).toHaveLength(before + 1))
  })

  it('ends a mute on all devices', async () => {
    await bob.open('Lunch')
    await choose(bob, 'Unmute')
    for (const window of [bob, bobsPhone]) await item(window, 'Lunch').getByText('muted').waitFor({ state: 'detached' })
  })

  it('hides a chat on all devices, shows it among the hidden chats, and in the list again at a new message', async () => {
    await choose(bob, 'Hide the chat')
    for (const window of [bob, bobsPhone]) {
      await window.page.getByRole('button', { name: 'Hidden chats (1)' }).waitFor()
      expect(await item(window, 'Lunch').count()).toBe(0)
    }
    await bob.page.getByRole('button', { name: 'Hidden chats (1)' }).click()
    await item(bob, 'Lunch').waitFor()
    await expectAccessible(bob)
    await say('Lunch', 'Come, it gets cold')
    for (const window of [bob, bobsPhone]) {
      await window.page.getByRole('button', { name: /Hidden chats/ }).waitFor({ state: 'detached' })
      await item(window, 'Lunch').waitFor()
    }
  })

  it('keeps a chat that is muted and hidden out of the list, also after a reload', async () => {
    await bob.open('Lunch')
    await choose(bob, 'Mute until I unmute it')
    await item(bob, 'Lunch').getByText('muted').waitFor()
    await choose(bob, 'Hide the chat')
    await bob.page.getByRole('button', { name: 'Hidden chats (1)' }).waitFor()
    await say('Lunch', 'Kept quiet')
    // The service has the read marker of the first device: the second one counts only the message after it.
    await bobsPhone.page.getByRole('button', { name: 'Hidden chats (1)' }).click()
    await item(bobsPhone, 'Lunch').getByText('1 unread').waitFor()
    await bob.page.reload()
    await bob.page.getByRole('button', { name: 'Hidden chats (1)' }).click()
    await item(bob, 'Lunch').getByText('1 unread').waitFor()
    await item(bob, 'Lunch').click()
    await choose(bob, 'Show in the list')
    await bobsPhone.page.getByRole('button', { name: /Hidden chats/ }).waitFor({ state: 'detached' })
    expect([ann, bob, bobsPhone].flatMap(({ complaints }) => complaints)).toEqual([])
  })
})
