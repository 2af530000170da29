import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildPage } from '../../services/web/build.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { accessibilityProblems } from './accessibility.ts'
import type { Window } from './window.ts'
import { openWindow, phone } from './window.ts'

const missing = await noBrowserReason()

const waiting = { timeout: 20_000, interval: 50 }

describe.skipIf(missing)('The actions on a message of the chat page', { timeout: 120_000 }, () => {
  let server: EmbeddedChat
  let browser: Browser
  let ann: Window
  let bob: Window

  beforeAll(async () => {
    await buildPage(() => undefined)
    ;[server, browser] = await Promise.all([startEmbedded({ WEB_PAGE: 'on' }), openBrowser()])
    bob = await openWindow(browser, server.url, { id: 'bob', name: 'Bob Martin' }, phone)
    ann = await openWindow(browser, server.url, { id: 'ann', name: 'Ann Lindqvist' })
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  /** A chat of Ann and Bob that both have open. */
  const newChat = async (name: string): Promise<void> => {
    await ann.startChat('bob', name)
    await ann.write(`First of ${name}`)
    await bob.page.goto(`${bob.page.url().split('#')[0]}#`)
    await bob.open(name)
    await bob.row(`First of ${name}`).waitFor()
  }

  it('edits an own message from its menu, and marks it as edited for all members, also after a reload', async () => {
    await newChat('Edits')
    await ann.write('Lunch at nine?')
    await ann.row('Lunch at nine?').locator('[data-state=stored]').waitFor({ state: 'attached' })
    await ann.act('Lunch at nine?', 'Edit')
    await expect.poll(() => ann.composer.inputValue(), waiting).toBe('Lunch at nine?')
    await ann.composer.fill('Lunch at noon?')
    await ann.page.getByRole('button', { name: 'Save' }).click()
    for (const window of [ann, bob]) await window.row('Lunch at noon?').getByText('edited').waitFor()
    await bob.page.reload()
    await bob.row('Lunch at noon?').getByText('edited').waitFor()
    await expect.poll(() => bob.shown(), waiting).toEqual(['First of Edits', 'Lunch at noon?'])
  })

  it('edits the last own message at ArrowUp in an empty composer, and keeps the message at Escape', async () => {
    await newChat('Keys')
    await bob.write('Not yours')
    await ann.row('Not yours').waitFor()
    await ann.composer.press('ArrowUp')
    await expect.poll(() => ann.composer.inputValue(), waiting).toBe('First of Keys')
    await ann.composer.fill('Never saved')
    await ann.composer.press('Escape')
    await expect.poll(() => ann.composer.inputValue(), waiting).toBe('')
    await ann.composer.press('ArrowUp')
    await ann.composer.press('End')
    await ann.composer.pressSequentially('!')
    await ann.composer.press('Enter')
    await bob.row('First of Keys!').getByText('edited').waitFor()
    await expect.poll(() => ann.shown(), waiting).toEqual(['First of Keys!', 'Not yours'])
  })

  it('keeps the draft of a new message while a message is edited', async () => {
    await newChat('Drafts')
    await ann.composer.fill('half a thought')
    await ann.act('First of Drafts', 'Edit')
    await ann.page.getByRole('button', { name: 'Cancel the edit' }).click()
    await expect.poll(() => ann.composer.inputValue(), waiting).toBe('half a thought')
    await ann.composer.fill('')
  })

  it('deletes an own message only after a question, and shows a tombstone without actions', async () => {
    await newChat('Deletions')
    await ann.act('First of Deletions', 'Delete')
    await ann.page.getByRole('button', { name: 'Cancel' }).click()
    await ann.act('First of Deletions', 'Delete')
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    for (const window of [ann, bob]) {
      const row = window.row('Message deleted')
      await row.waitFor()
      await expect.poll(() => row.getByRole('button').count(), waiting).toBe(0)
      await expect.poll(() => window.shown(), waiting).toEqual(['Message deleted'])
    }
    await ann.page.getByRole('navigation', { name: 'Chats' }).getByText('Message deleted').first().waitFor()
  })

  it('offers no edit and no deletion of the messages of other users', async () => {
    await newChat('Others')
    const menu = await bob.openMenu('First of Others')
    const items = await menu.getByRole('menuitem').allTextContents()
    expect(items).toContain('Reply')
    expect(items).not.toContain('Edit')
    expect(items).not.toContain('Delete')
    await bob.page.keyboard.press('Escape')
    await menu.waitFor({ state: 'detached' })
  })

  it('counts reactions, marks the own ones, toggles them by a click, and names the users who reacted', async () => {
    await newChat('Reactions')
    await ann.react('First of Reactions', '🎉')
    const bobs = bob.row('First of Reactions').getByRole('button', { name: '🎉 1' })
    await bobs.waitFor()
    expect(await bobs.getAttribute('aria-pressed')).toBe('false')
    await bobs.tap()
    const anns = ann.row('First of Reactions').getByRole('button', { name: '🎉 2' })
    await anns.waitFor()
    expect(await anns.getAttribute('aria-pressed')).toBe('true')
    await anns.hover()
    const names = ann.page.getByRole('status').filter({ hasText: 'Bob Martin' })
    await names.filter({ hasText: 'You' }).waitFor()
    expect(await accessibilityProblems(ann.page)).toEqual([])
    await anns.click()
    await bob.row('First of Reactions').getByRole('button', { name: '🎉 1' }).waitFor()
    await bob.page.reload()
    const reloaded = bob.row('First of Reactions').getByRole('button', { name: '🎉 1' })
    await vi.waitFor(async () => expect(await reloaded.getAttribute('aria-pressed')).toBe('true'), waiting)
  })

  it('names the users who reacted after a long press, which does not toggle the reaction', async () => {
    const chip = bob.row('First of Reactions').getByRole('button', { name: '🎉 1' })
    await chip.dispatchEvent('pointerdown', { pointerType: 'touch', bubbles: true })
    await bob.page.getByRole('log').getByRole('status').filter({ hasText: 'You' }).waitFor()
    await chip.dispatchEvent('click', { bubbles: true })
    // Stored behind the reaction that the click must not send.
    await bob.write('After the press')
    await ann.row('After the press').waitFor()
    expect(await chip.getAttribute('aria-pressed')).toBe('true')
    await chip.dispatchEvent('pointerleave', { pointerType: 'touch' })
  })

  it('picks a reaction by keyboard alone', async () => {
    await newChat('Keyboard')
    await ann.row('First of Keyboard').getByRole('button', { name: 'Message actions' }).focus()
    await ann.page.keyboard.press('Enter')
    await ann.page.keyboard.press('ArrowRight')
    await ann.page.keyboard.press('Enter')
    await bob.row('First of Keyboard').getByRole('button', { name: '❤️ 1' }).waitFor()
  })

  it('shows the quoted message above a reply, follows its edit and its deletion, and scrolls to it', async () => {
    await newChat('Quotes')
    await bob.act('First of Quotes', 'Reply')
    await bob.composer.fill('A reply to it')
    await bob.page.getByRole('button', { name: 'Send' }).click()
    const quote = ann.row('A reply to it').getByRole('button', { name: /In reply to/ })
    await quote.filter({ hasText: 'First of Quotes' }).filter({ hasText: 'You' }).waitFor()
    for (let index = 0; index < 4; index += 1) await ann.write(`${'filler\n'.repeat(20)}${index}`)
    await quote.click()
    await ann.page.locator('.row[data-target=true]').filter({ hasText: 'First of Quotes' }).waitFor()
    await ann.act('First of Quotes', 'Edit')
    await ann.composer.fill('First, corrected')
    await ann.composer.press('Enter')
    await bob.row('A reply to it').getByRole('button', { name: 'First, corrected' }).waitFor()
    await ann.act('First, corrected', 'Delete')
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await bob.row('A reply to it').getByRole('button', { name: 'Message deleted' }).waitFor()
    await bob.page.reload()
    // The unread messages fill the view: the page loads older ones when the user scrolls up.
    await bob.row('3').waitFor()
    await bob.page.getByRole('log').evaluate((element: { scrollTop: number }) => {
      element.scrollTop = 0
    })
    await bob.row('A reply to it').getByRole('button', { name: 'Message deleted' }).waitFor()
  })

  it('lists pinned messages in the head of the chat, scrolls to them, and unpins them', async () => {
    await newChat('Pins')
    await ann.act('First of Pins', 'Pin')
    for (const window of [ann, bob]) await window.page.getByRole('button', { name: 'Pinned messages: 1' }).waitFor()
    await bob.page.reload()
    await bob.page.getByRole('button', { name: 'Pinned messages: 1' }).click()
    const list = bob.page.getByRole('dialog', { name: 'Pinned messages' })
    await list.getByText('First of Pins').waitFor()
    expect(await accessibilityProblems(bob.page)).toEqual([])
    await list.getByRole('button', { name: 'Show in the chat' }).click()
    await bob.page.locator('.row[data-target=true]').filter({ hasText: 'First of Pins' }).waitFor()
    await ann.act('First of Pins', 'Unpin')
    for (const window of [ann, bob]) {
      await window.page.getByRole('button', { name: /^Pinned messages/ }).waitFor({ state: 'detached' })
    }
  })

  it('offers pins only to those who may pin', async () => {
    const menu = await bob.openMenu('First of Pins')
    const items = await menu.getByRole('menuitem').allTextContents()
    expect(items).toContain('Reply')
    expect(items).not.toContain('Pin')
    await bob.page.keyboard.press('Escape')
    await menu.waitFor({ state: 'detached' })
  })

  it('completes a mention by keyboard, and marks it for the mentioned user', async () => {
    await newChat('Mentions')
    await ann.composer.pressSequentially('Is this right, @mar')
    await ann.page.getByRole('option', { name: 'Bob Martin' }).waitFor()
    expect(await accessibilityProblems(ann.page)).toEqual([])
    await ann.composer.press('Enter')
    await expect.poll(() => ann.composer.inputValue(), waiting).toBe('Is this right, @Bob Martin ')
    await ann.composer.pressSequentially('or not?')
    await ann.composer.press('Enter')
    await bob.row('Is this right').locator('.mention[data-me=true]').getByText('@Bob Martin', { exact: true }).waitFor()
    expect(await ann.row('Is this right').locator('.mention').getAttribute('data-me')).toBe('false')
    await ann.composer.pressSequentially('@al')
    await ann.page.getByRole('option', { name: 'all' }).click()
    await ann.composer.pressSequentially('come here')
    await ann.composer.press('Enter')
    await bob.row('come here').locator('.mention[data-me=true]').getByText('@all', { exact: true }).waitFor()
  })

  it('completes no mention once the cursor has moved away from it', async () => {
    await ann.composer.pressSequentially('Hello @mar')
    await ann.page.getByRole('option', { name: 'Bob Martin' }).waitFor()
    await ann.composer.press('Home')
    await ann.composer.press('Enter')
    await bob.row('Hello @mar').waitFor()
  })

  it('sends a text with a name after @ that is no member as it was typed', async () => {
    await ann.composer.pressSequentially('mail me at ann@Bob Martin or @nobody')
    await ann.composer.press('Enter')
    await bob.row('or @nobody').waitFor()
    expect(await bob.row('or @nobody').locator('.mention').count()).toBe(0)
  })

  it('shows a thread beside the chat with a composer of its own, and counts its replies under the root', async () => {
    await newChat('Threads')
    await ann.composer.fill('a draft in the chat')
    await ann.act('First of Threads', 'Reply in a thread')
    const thread = ann.page.getByRole('complementary', { name: 'Thread' })
    await thread.getByRole('textbox', { name: 'Reply in the thread' }).fill('First reply')
    await thread.getByRole('button', { name: 'Send' }).click()
    await thread.getByRole('log', { name: 'Replies' }).locator('.bubble > p').getByText('First reply').waitFor()
    await bob.row('First of Threads').getByRole('button', { name: '1 reply' }).click()
    const bobsThread = bob.page.getByRole('complementary', { name: 'Thread' })
    await bobsThread.getByText('First reply').waitFor()
    expect(await accessibilityProblems(bob.page)).toEqual([])
    await bobsThread.getByRole('textbox', { name: 'Reply in the thread' }).fill('Second reply')
    await bobsThread.getByRole('button', { name: 'Send' }).click()
    await thread.getByText('Second reply').waitFor()
    await ann.row('First of Threads').getByRole('button', { name: '2 replies' }).waitFor()
    await expect.poll(() => ann.composer.inputValue(), waiting).toBe('a draft in the chat')
    await expect
      .poll(() => thread.locator('.bubble > p').allTextContents(), waiting)
      .toEqual(['First of Threads', 'First reply', 'Second reply'])
    expect(await accessibilityProblems(ann.page)).toEqual([])
    await ann.page.keyboard.press('Escape')
  })

  it('follows edits and deletions in an open thread, and closes it at Escape', async () => {
    const bobsThread = bob.page.getByRole('complementary', { name: 'Thread' })
    await bobsThread.getByRole('textbox', { name: 'Reply in the thread' }).press('ArrowUp')
    await bobsThread.getByRole('textbox', { name: 'Reply in the thread' }).fill('Second, corrected')
    await bobsThread.getByRole('button', { name: 'Save' }).click()
    await ann.row('First reply').getByRole('button', { name: 'In a thread' }).click()
    const thread = ann.page.getByRole('complementary', { name: 'Thread' })
    await thread.getByText('Second, corrected').waitFor()
    const first = thread.locator('.row').filter({ hasText: 'First reply' })
    await first.hover()
    await first.getByRole('button', { name: 'Message actions' }).click()
    await thread.getByRole('menuitem', { name: 'Delete' }).click()
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await bobsThread.getByText('Message deleted').waitFor()
    await ann.row('First of Threads').getByRole('button', { name: '1 reply' }).waitFor()
    await thread.getByRole('textbox', { name: 'Reply in the thread' }).press('Escape')
    await thread.waitFor({ state: 'detached' })
    await bobsThread.getByRole('button', { name: 'Close the thread' }).click()
    await ann.composer.fill('')
  })

  it('keeps the menu usable for assistive technology, on a desktop and on a phone', async () => {
    await newChat('Assistive')
    for (const window of [ann, bob]) {
      const menu = await window.openMenu('First of Assistive')
      await menu.getByRole('menuitem', { name: 'More reactions' }).click()
      expect(await accessibilityProblems(window.page)).toEqual([])
      await window.page.keyboard.press('Escape')
    }
  })

  it('offers only to copy a message if the service does not announce the events that change messages', async () => {
    const eve = await openWindow(browser, server.url, { id: 'eve', name: 'Eve' })
    await eve.page.routeWebSocket(/\/ws$/, (socket) => {
      const service = socket.connectToServer()
      service.onMessage((frame) => socket.send(String(frame).replace(/,"features":\[[^\]]*\]/, '')))
    })
    await eve.page.reload()
    await eve.startChat('', 'An older service')
    await eve.write('Stays as it is')
    const menu = await eve.openMenu('Stays as it is')
    expect(await menu.getByRole('menuitem').allTextContents()).toEqual(['Copy'])
    await eve.page.keyboard.press('Escape')
    await eve.composer.press('ArrowUp')
    await eve.write('A message of its own')
    await expect.poll(() => eve.shown(), waiting).toEqual(['Stays as it is', 'A message of its own'])
    await eve.close()
  })

  it('has caused no error in the console of the browser', () => {
    expect([...ann.complaints, ...bob.complaints]).toEqual([])
  })
})
