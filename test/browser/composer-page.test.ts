import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildPage } from '../../services/web/build.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { connectionOf } from './cut-connection.ts'
import type { Window } from './window.ts'
import { openWindow } from './window.ts'

const missing = await noBrowserReason()

/** The stored data of this page, as text. */
const storedText = ({ page }: Window): Promise<string> => page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')

describe.skipIf(missing)('The composer and the dialogs of the chat page', { timeout: 180_000 }, () => {
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

  const open = (id: string, name = id): Promise<Window> => openWindow(browser, server.url, { id, name })
  const composerOf = ({ page }: Window) => page.getByRole('textbox', { name: /^Message to/ })

  it('keeps all of a pasted text, counts the characters over the limit, and sends it only when it fits', async () => {
    const ann = await open('paste-ann')
    await ann.startChat('', 'Notes')
    const composer = composerOf(ann)
    await composer.fill('x'.repeat(20_000))
    await ann.page.getByText('4000 characters too many').waitFor()
    expect(await ann.page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
    await composer.press('Enter')
    expect((await composer.inputValue()).length).toBe(20_000)
    await composer.fill('y'.repeat(16_000))
    await ann.page.getByText('0 characters left').waitFor()
    await composer.press('Enter')
    await vi.waitFor(async () => expect(await ann.shown()).toEqual(['y'.repeat(16_000)]), { timeout: 20_000 })
    await ann.close()
  })

  it('sends leading spaces as they were typed', async () => {
    const ann = await open('indent-ann')
    await ann.startChat('', 'Notes')
    await ann.write('    indented()')
    await vi.waitFor(async () => expect(await ann.shown()).toEqual(['    indented()']), { timeout: 20_000 })
    await ann.close()
  })

  it('does not send at the Enter that confirms the text of an input method', async () => {
    const ann = await open('input-ann')
    await ann.startChat('', 'Notes')
    const composer = composerOf(ann)
    await composer.fill('にほん')
    await composer.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true })
    expect(await composer.inputValue()).toBe('にほん')
    await composer.press('Enter')
    await vi.waitFor(async () => expect(await ann.shown()).toEqual(['にほん']), { timeout: 20_000 })
    await ann.close()
  })

  it('keeps a draft over a reload, shows it in the list, and deletes it when its user signs out', async () => {
    const ann = await open('draft-ann')
    await ann.startChat('', 'Plans')
    await composerOf(ann).fill('half a thought')
    await ann.page.reload()
    await vi.waitFor(async () => expect(await composerOf(ann).inputValue()).toBe('half a thought'), { timeout: 20_000 })
    const plans = ann.page.getByRole('navigation', { name: 'Chats' }).getByRole('link').filter({ hasText: 'Plans' })
    await plans.getByText('Draft:').waitFor()
    await ann.page.getByRole('button', { name: 'Sign out' }).click()
    await ann.page.getByText('Signing out deletes 1 draft from this device.').waitFor()
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
    await ann.page.getByLabel('Your id').waitFor()
    expect(await storedText(ann)).not.toContain('half a thought')
    await ann.close()
  })

  it('opens dialogs with the focus on the first field', async () => {
    const ann = await open('focus-ann')
    await ann.page.getByRole('button', { name: 'New chat' }).click()
    await ann.page.keyboard.type('focus-bob')
    expect(await ann.page.getByLabel('Their ids').inputValue()).toBe('focus-bob')
    await ann.page.keyboard.press('Enter')
    await ann.page.getByText('Nobody has signed in as focus-bob yet.').waitFor()
    expect(await ann.page.getByLabel('Their ids').inputValue()).toBe('focus-bob')
    await ann.close()
  })

  it('opens the existing chat when a user starts an unnamed chat with the same person again', async () => {
    const bob = await open('same-bob')
    const ann = await open('same-ann')
    for (const round of [1, 2]) {
      await ann.startChat('same-bob')
      await ann.write(`round ${round}`)
    }
    await vi.waitFor(async () => expect(await ann.shown()).toEqual(['round 1', 'round 2']), { timeout: 20_000 })
    expect(await ann.page.getByRole('navigation', { name: 'Chats' }).getByRole('link').count()).toBe(1)
    await Promise.all([ann.close(), bob.close()])
  })

  it('does not make a chat that was cancelled while there was no connection', async () => {
    const ann = await open('cancel-ann')
    await ann.startChat('', 'First')
    const link = await connectionOf(ann)
    link.cut()
    await ann.page.getByText('No connection.').waitFor()
    await ann.page.getByRole('button', { name: 'New chat' }).click()
    await ann.page.getByLabel('Name of the chat').fill('Second thoughts')
    await ann.page.getByRole('button', { name: 'Start', exact: true }).click()
    await ann.page.keyboard.press('Escape')
    await ann.page.getByRole('dialog').waitFor({ state: 'detached' })
    link.mend()
    // Everything that was queued before this message is sent before it.
    await ann.write('back again')
    await ann.page.locator('[data-state=stored]').waitFor({ state: 'attached' })
    await ann.startChat('', 'Third')
    const chats = ann.page.getByRole('navigation', { name: 'Chats' }).getByRole('link')
    expect(await chats.filter({ hasText: 'Second thoughts' }).count()).toBe(0)
    expect(await chats.count()).toBe(2)
    await ann.close()
  })

  it('shows within seconds that the browser has lost its network', async () => {
    const ann = await open('offline-ann')
    await ann.page.context().setOffline(true)
    await ann.page.getByText('No connection.').waitFor({ timeout: 5_000 })
    await ann.page.context().setOffline(false)
    await ann.page.getByText('No connection.').waitFor({ state: 'detached' })
    await ann.close()
  })

  it('leaves a chat only after a question', async () => {
    const ann = await open('leave-ann')
    await ann.startChat('', 'Staying')
    await ann.page.getByRole('button', { name: 'People' }).click()
    await ann.page.getByRole('button', { name: 'Leave the chat' }).click()
    await ann.page.getByText('You get no more messages of this chat').waitFor()
    await ann.page.getByRole('button', { name: 'Cancel' }).click()
    await ann.page.getByRole('button', { name: 'Leave the chat' }).click()
    await ann.page.getByRole('button', { name: 'Leave', exact: true }).last().click()
    await ann.page.getByText('You are no longer in this chat.').waitFor()
    await ann.close()
  })

  it('scrolls to an own message that is sent while older messages are in view', async () => {
    const ann = await open('scroll-ann')
    await ann.startChat('', 'Long')
    for (const part of ['one', 'two', 'three']) await ann.write(`${part}\n`.repeat(60).trim())
    await vi.waitFor(async () => expect((await ann.shown()).length).toBe(3), { timeout: 20_000 })
    await ann.page.getByRole('log').evaluate((element: { scrollTop: number }) => {
      element.scrollTop = 0
    })
    await ann.page.getByRole('button', { name: 'Newest' }).waitFor()
    await ann.write('the newest')
    await ann.page.getByRole('button', { name: 'Newest' }).waitFor({ state: 'detached' })
    await ann.close()
  })

  it('opens a chat at the first new message, and marks messages as read when they are in view', async () => {
    const ann = await open('unread-ann')
    const bob = await open('unread-bob')
    await bob.startChat('unread-ann', 'Many pages')
    for (const part of ['one', 'two', 'three', 'four']) await bob.write(`${part}\n`.repeat(20).trim())
    const entry = ann.page.getByRole('navigation', { name: 'Chats' }).getByRole('link').filter({ hasText: 'Many pages' })
    await entry.filter({ hasText: '4 unread' }).waitFor()
    await ann.open('Many pages')
    await ann.page.getByText('New messages').waitFor()
    await entry.filter({ hasText: /[1-3] unread/ }).waitFor()
    await ann.page.getByRole('button', { name: /new$/ }).click()
    await entry.filter({ hasNotText: 'unread' }).waitFor()
    await Promise.all([ann.close(), bob.close()])
  })

  it('switches between chats, and lists the shortcuts, by keys', async () => {
    const ann = await open('keys-ann')
    for (const name of ['First', 'Second']) await ann.startChat('', name)
    await ann.page.keyboard.press('Alt+ArrowDown')
    await ann.page.getByRole('heading', { name: 'First' }).waitFor()
    await ann.page.keyboard.press('Alt+h')
    await ann.page.getByRole('dialog').getByText('Previous chat').waitFor()
    // Both keys in one task: the browser reports the closed dialog after the next one was asked for.
    await ann.page.evaluate(`new Promise((resolve) => {
      const dialog = document.querySelector('dialog')
      dialog.addEventListener('close', () => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      dialog.close()
      dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyN', altKey: true }))
    })`)
    expect(await ann.page.getByLabel('Their ids').isVisible()).toBe(true)
    await ann.page.keyboard.press('Escape')
    await ann.page.getByRole('dialog').waitFor({ state: 'detached' })
    await ann.close()
  })

  it('does not let a direction override in a name reverse the text beside it', async () => {
    const eve = await open('bidi-eve', '\u202eEve')
    const bob = await open('bidi-bob', 'Bob')
    await bob.startChat('bidi-eve', 'Group of three')
    await eve.open('Group of three')
    await eve.write('hello')
    const preview = bob.page.locator('.chat-item-preview').first()
    await preview.getByText('hello').waitFor()
    // The first letter of the message stands left of its last one.
    const [first, last] = (await bob.page.evaluate(`(() => {
      const text = document.querySelector('.chat-item-preview bdi:last-child').firstChild
      const leftOf = (index) => {
        const range = document.createRange()
        range.setStart(text, index)
        range.setEnd(text, index + 1)
        return range.getBoundingClientRect().left
      }
      return [leftOf(0), leftOf(text.length - 1)]
    })()`)) as [number, number]
    expect(first).toBeLessThan(last)
    await Promise.all([eve.close(), bob.close()])
  })
})
