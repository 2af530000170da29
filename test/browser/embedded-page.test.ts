import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildPage } from '../../services/web/build.ts'
import { connect } from '../../shared/client/connect.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import { until } from '../support/poll.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { expectAccessible } from './accessibility.ts'
import type { Window } from './window.ts'
import { openWindow } from './window.ts'

const phone = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true }

const missing = await noBrowserReason()
const count = 130
const all = Array.from({ length: count }, (_, index) => `message ${index + 1}`)

/** A user who has sent Ann many messages while she was offline. */
const writeMany = async (url: string): Promise<void> => {
  const ann = connect(url, { user: { externalUserId: 'ann', name: 'Ann Lindqvist' } })
  const bob = connect(url, { user: { externalUserId: 'bob', name: 'Bob Martin' } })
  const chat = await bob.createChat({ name: 'A long story', users: [(await ann.ready()).id] })
  await Promise.all(all.map((text) => bob.send(chat.id, text)))
  ann.close()
  bob.close()
}

describe.skipIf(missing)('The chat page on the embedded server, on a phone', { timeout: 180_000 }, () => {
  let server: EmbeddedChat
  let browser: Browser
  let ann: Window

  beforeAll(async () => {
    await buildPage(() => undefined)
    ;[server, browser] = await Promise.all([startEmbedded({ WEB_PAGE: 'on' }), openBrowser()])
    await writeMany(server.url)
    ann = await openWindow(browser, server.url, { id: 'ann', name: 'Ann Lindqvist' }, phone)
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  it('opens at the newest message, and loads all older messages once each on scrolling up', async () => {
    await ann.open('A long story')
    const log = ann.page.getByRole('log')
    const newest = log.getByText(`message ${count}`, { exact: true })
    const isInView = async (): Promise<boolean> => {
      const box = await newest.boundingBox()
      return box !== null && box.y < phone.viewport.height
    }
    await vi.waitFor(
      async () => {
        expect((await ann.shown()).length).toBeGreaterThan(20)
        expect(await isInView()).toBe(true)
      },
      { timeout: 20_000 },
    )
    await vi.waitFor(
      async () => {
        await log.evaluate((element: { scrollTop: number }) => {
          element.scrollTop = 0
        })
        expect(await ann.shown()).toEqual(all)
      },
      { timeout: 60_000, interval: 200 },
    )
    await ann.page.getByText('This is the beginning of the chat.').waitFor()
  })

  it('returns to the list of chats by its own button and by that of the browser', async () => {
    const chats = ann.page.getByRole('navigation', { name: 'Chats' })
    await ann.page.goBack()
    await chats.waitFor()
    await ann.open('A long story')
    await chats.waitFor({ state: 'hidden' })
    await ann.page.getByRole('button', { name: 'Back to the chats' }).click()
    await chats.waitFor()
  })

  it('starts one chat with a user who opens an invitation link, also when the link is opened twice', async () => {
    await ann.page.getByRole('button', { name: 'Invite', exact: true }).click()
    const link = await ann.page.getByLabel('Your invitation link').inputValue()
    await ann.page.keyboard.press('Escape')
    const carol = await openWindow(browser, server.url, { id: 'carol', name: 'Carol Reyes' })
    for (const text of ['I got your link', 'I opened it again']) {
      await carol.page.goto(link)
      await carol.page.getByRole('button', { name: 'Start the chat' }).waitFor()
      await expectAccessible(carol)
      await carol.page.getByRole('button', { name: 'Start the chat' }).click()
      await carol.write(text)
      await ann.page.getByRole('link').filter({ hasText: 'Carol Reyes' }).filter({ hasText: text }).waitFor()
    }
    expect(await ann.page.getByRole('link').filter({ hasText: 'Carol Reyes' }).count()).toBe(1)
    await carol.close()
  })

  it('says that the user was removed from a chat, and accepts no more messages for it', async () => {
    const dave = await openWindow(browser, server.url, { id: 'dave', name: 'Dave Okafor' })
    await dave.startChat('ann', 'Short visit')
    await ann.open('Short visit')
    await dave.page.getByRole('button', { name: 'People' }).click()
    await dave.page.getByRole('button', { name: /^Remove .*Ann Lindqvist/ }).click()
    await dave.page.getByRole('button', { name: 'Remove', exact: true }).last().click()
    await ann.page.getByText('You are no longer in this chat.').waitFor()
    await expectAccessible(ann)
    expect(await ann.page.getByRole('textbox', { name: /^Message to/ }).count()).toBe(0)
    await dave.close()
  })

  it('keeps a refused message visible with the reason, until the user sends it again or discards it', async () => {
    const erik = await openWindow(browser, server.url, { id: 'erik', name: 'Erik Berg' }, phone)
    await erik.startChat('', 'Notes')
    // Enough to fill the view.
    const list = 'line\n'.repeat(40).trim()
    await erik.write(list)
    await erik.page.locator('[data-state=stored]').waitFor({ state: 'attached' })
    await erik.write('The service takes no \0')
    const row = erik.page.getByRole('log').getByRole('listitem').filter({ hasText: 'The service takes no' })
    await row.getByText('The service refused body.msg').waitFor()
    await expectAccessible(erik)
    const isAboveComposer = async (): Promise<boolean> => {
      const [button, composer] = await Promise.all([
        row.getByRole('button', { name: 'Discard' }).boundingBox(),
        erik.page.getByRole('textbox', { name: /^Message to/ }).boundingBox(),
      ])
      return button !== null && composer !== null && button.y + button.height <= composer.y
    }
    await until('what can be done about it to be in view', isAboveComposer, { withinMs: 20_000 })
    await row.getByRole('button', { name: 'Try again' }).click()
    await row.getByText('The service refused body.msg').waitFor()
    await row.getByRole('button', { name: 'Discard' }).click()
    await row.waitFor({ state: 'detached' })
    await erik.write('It takes this')
    await vi.waitFor(async () => expect(await erik.shown()).toEqual([list, 'It takes this']), { timeout: 45_000 })
    await erik.page.getByText('Being sent').waitFor({ state: 'detached' })
    await erik.close()
  })

  it('has no accessibility problem on a phone: without chats, in the list, in a chat, and with the frames panel', async () => {
    const faye = await openWindow(browser, server.url, { id: 'faye', name: 'Faye Moreau' }, phone)
    await expectAccessible(faye)
    await faye.startChat('ann', 'Two views')
    await faye.page.getByText('Say hello!').waitFor()
    await expectAccessible(faye)
    await faye.write('Hello')
    await ann.page.goto(new URL('/', ann.page.url()).href)
    await ann.page.getByRole('link').filter({ hasText: 'Two views' }).filter({ hasText: '1 unread' }).waitFor()
    expect(await ann.page.getByText('Unread messages are counted on this device only.').count()).toBe(0)
    await expectAccessible(ann)
    await ann.page.getByRole('button', { name: 'Frames', exact: true }).click()
    await expectAccessible(ann)
    await faye.close()
  })

  it('shows unread messages on each device of a user, and a line where reading stopped, until one device has shown them', async () => {
    const gus = await openWindow(browser, server.url, { id: 'gus', name: 'Gus Okafor' })
    await gus.startChat('ann', 'Two devices')
    await gus.write('One')
    await gus.write('Two')
    await gus.page.locator('[data-state=stored]').nth(1).waitFor({ state: 'attached' })
    const other = await openWindow(browser, server.url, { id: 'ann', name: 'Ann Lindqvist' }, phone)
    const entryIn = (window: Window) => window.page.getByRole('link').filter({ hasText: 'Two devices' })
    await entryIn(other).filter({ hasText: '2 unread' }).waitFor()
    await ann.page.goto(new URL('/', ann.page.url()).href)
    await entryIn(ann).filter({ hasText: '2 unread' }).click()
    await ann.page.getByText('New messages').first().waitFor()
    await vi.waitFor(
      async () => {
        await other.page.reload()
        await entryIn(other).waitFor()
        await entryIn(other).filter({ hasNotText: 'unread' }).waitFor({ timeout: 1_000 })
      },
      { timeout: 30_000 },
    )
    await other.close()
    await gus.close()
  })

  it('has caused no error in the console of the browser', () => {
    expect(ann.complaints).toEqual([])
  })
})
