import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildPage } from '../../services/web/build.ts'
import { connect } from '../../shared/client/connect.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import { freshName } from '../support/client/person.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import type { Window } from './window.ts'
import { dialog, openWindow, phone } from './window.ts'

const missing = await noBrowserReason()

describe.skipIf(missing)('The search of the chat page', { timeout: 120_000 }, () => {
  let chat: EmbeddedChat
  let browser: Browser

  beforeAll(async () => {
    await buildPage(() => undefined)
    ;[chat, browser] = await Promise.all([startEmbedded({ WEB_PAGE: 'on' }), openBrowser()])
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await chat?.[Symbol.asyncDispose]()
  })

  /** A user with two chats; the first has a message that is far above the loaded history. */
  const withChats = async (id: string): Promise<void> => {
    const client = connect(chat.url, { user: { externalUserId: id } })
    const me = await client.ready()
    const long = await client.createChat({ name: 'Long chat', users: [me.id] })
    await client.send(long.id, 'We met at the Café Dürrenmatt, <b>remember</b>?')
    for (let sent = 0; sent < 240; sent += 40)
      await Promise.all(Array.from({ length: 40 }, (_, index) => client.send(long.id, `filler ${sent + index}`)))
    const short = await client.createChat({ name: 'Short chat', users: [me.id] })
    await client.send(short.id, 'The café is closed today')
    await vi.waitFor(async () => expect(await Array.fromAsync(client.search('cafe'))).toHaveLength(2), { timeout: 20_000 })
    client.close()
  }

  const searchFor = async ({ page }: Window, text: string): Promise<void> => {
    await page.getByRole('searchbox', { name: 'Words of a message' }).fill(text)
    await page.keyboard.press('Enter')
  }

  it('marks the words in results of all chats, and jumps to a message that is not loaded, by keyboard only', async () => {
    const id = freshName('ann')
    await withChats(id)
    const ann = await openWindow(browser, chat.url, { id, name: 'Ann' })
    await ann.open('Short chat')
    await ann.page.keyboard.press('Alt+KeyS')
    await searchFor(ann, 'cafe')
    const found = dialog(ann, 'Search')
    await found.getByText('2 messages').waitFor()
    expect(await found.locator('mark').allTextContents()).toEqual(['café', 'Café'])
    expect(await found.getByRole('listitem').last().textContent()).toContain('Long chat')
    expect(await found.getByRole('listitem').last().textContent()).toContain('<b>remember</b>?')
    await found.getByRole('listitem').last().getByRole('button').focus()
    await ann.page.keyboard.press('Enter')
    await ann.row('We met at the').waitFor()
    await vi.waitFor(async () => expect(await ann.page.locator(':focus').textContent()).toContain('Dürrenmatt'), {
      timeout: 20_000,
    })
    expect(await ann.page.locator('header.bar h1').last().textContent()).toBe('Long chat')
    expect(ann.complaints).toEqual([])
    await ann.close()
  })

  it('jumps within the chat that is open, and on a phone', async () => {
    const id = freshName('bob')
    await withChats(id)
    const bob = await openWindow(browser, chat.url, { id, name: 'Bob' }, phone)
    await bob.page.getByRole('button', { name: 'Search', exact: true }).click()
    await searchFor(bob, 'CLOSED')
    await dialog(bob, 'Search').getByRole('listitem').getByRole('button').click()
    await bob.row('The café is closed today').waitFor()
    expect(bob.complaints).toEqual([])
    await bob.close()
  })

  it('says that nothing was found, and explains a text without words', async () => {
    const ann = await openWindow(browser, chat.url, { id: freshName('cyd'), name: 'Cyd' })
    await ann.page.getByRole('button', { name: 'Search', exact: true }).click()
    await searchFor(ann, 'unicorn')
    await dialog(ann, 'Search').getByText('No message has all of these words.').waitFor()
    await searchFor(ann, '?!')
    await dialog(ann, 'Search').getByRole('alert').getByText('has no letter, digit or emoji to search for').waitFor()
    await ann.close()
  })
})

describe.skipIf(missing)('The chat page of a service without a search index', { timeout: 120_000 }, () => {
  it('offers no search', async () => {
    await buildPage(() => undefined)
    await using chat = await startEmbedded({ WEB_PAGE: 'on', SEARCH: 'off' })
    const browser = await openBrowser()
    const ann = await openWindow(browser, chat.url, { id: 'ann', name: 'Ann' })
    await ann.startChat('', 'Room')
    expect(await ann.page.getByRole('button', { name: 'Search', exact: true }).count()).toBe(0)
    await browser.close()
  })
})
