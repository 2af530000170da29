import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildPage } from '../../services/web/build.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import { secretIssuer, testSecret } from '../support/issuer.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'

const missing = await noBrowserReason()
const { token } = secretIssuer()

describe.skipIf(missing)('Titles and colours of chats', { timeout: 120_000 }, () => {
  let chat: EmbeddedChat
  let browser: Browser
  let origin: string

  beforeAll(async () => {
    await buildPage(() => undefined)
    // With tokens, users see each other's names only once they share a chat.
    const env = { WEB_PAGE: 'on', AUTH: 'jwt', JWT_SECRET: testSecret }
    ;[chat, browser] = await Promise.all([startEmbedded(env), openBrowser()])
    origin = new URL(chat.url.replace(/^ws/, 'http')).origin
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await chat?.[Symbol.asyncDispose]()
  })

  const visitAs = async (who: string, hash = '#'): Promise<Page> => {
    const context = await browser.newContext()
    context.setDefaultTimeout(30_000)
    const page = await context.newPage()
    // An older service has no direct chats: a chat of two is unnamed, can become larger, and can be left.
    await page.routeWebSocket(/\/ws$/, (socket) => {
      const service = socket.connectToServer()
      service.onMessage((frame) => socket.send(String(frame).replace(/,"features":\[[^\]]*\]/, '')))
    })
    await page.goto(`${origin}/${hash}${hash === '#' ? '' : '&'}token=${await token({ sub: who })}`)
    await page.getByRole('button', { name: `Continue as ${who}` }).click()
    await page.locator('.account').getByText(who, { exact: true }).first().waitFor()
    return page
  }
  const invitationOf = async (page: Page): Promise<string> => {
    await page.getByRole('button', { name: 'Invite', exact: true }).click()
    const link = await page.getByLabel('Your invitation link').inputValue()
    await page.keyboard.press('Escape')
    return new URL(link).hash
  }
  const accept = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'Start the chat' }).click()
    await page.getByRole('textbox', { name: /^Message to/ }).waitFor()
  }
  const firstItem = (page: Page): Locator => page.getByRole('navigation', { name: 'Chats' }).getByRole('link').first()
  const titleOf = (page: Page): Promise<string | null> => firstItem(page).locator('.chat-item-title').textContent()
  const faceOf = async (item: Locator): Promise<{ letters: string | null; hue: string | undefined }> => {
    const face = item.locator('.avatar').first()
    return { letters: await face.textContent(), hue: /hue-\d+/.exec((await face.getAttribute('class')) ?? '')?.[0] }
  }
  const leave = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'People', exact: true }).click()
    await page.getByRole('button', { name: 'Leave the chat' }).click()
    await page.getByRole('button', { name: 'Leave', exact: true }).last().click()
    await page.getByText('You are no longer in this chat.').waitFor()
  }

  it('names an unnamed chat after the other user, also if neither knew the other before', async () => {
    const ann = await visitAs('ann')
    const bob = await visitAs('bob', await invitationOf(ann))
    await accept(bob)
    await firstItem(ann).waitFor()
    await vi.waitFor(async () => expect(await titleOf(ann)).toBe('bob'), { timeout: 20_000 })
    await vi.waitFor(async () => expect(await titleOf(bob)).toBe('ann'), { timeout: 20_000 })
    expect((await faceOf(firstItem(ann))).letters).toBe('B')
    expect((await faceOf(firstItem(bob))).letters).toBe('A')
    for (const page of [ann, bob]) await page.context().close()
  })

  it('names a chat of two that became larger after all the others in it', async () => {
    const cora = await visitAs('cora')
    const invitation = await invitationOf(cora)
    const dan = await visitAs('dan', invitation)
    await accept(dan)
    const eli = await visitAs('eli', invitation)
    await accept(eli)
    await cora.getByRole('navigation', { name: 'Chats' }).getByRole('link').filter({ hasText: 'dan' }).click()
    await cora.getByRole('button', { name: 'People', exact: true }).click()
    await cora.getByRole('checkbox', { name: 'eli' }).click()
    await cora.getByRole('button', { name: 'Add', exact: true }).click()
    await cora.getByRole('button', { name: /^Remove .*eli/ }).waitFor()
    await cora.keyboard.press('Escape')
    const titles = [
      [cora, 'dan, eli'],
      [dan, 'cora, eli'],
      [eli, 'cora, dan'],
    ] as const
    for (const [page, title] of titles) {
      const item = page.getByRole('navigation', { name: 'Chats' }).locator('.chat-item-title')
      await vi.waitFor(
        async () => expect((await item.allTextContents()).map((text) => text.split(', ').sort().join(', '))).toContain(title),
        { timeout: 20_000 },
      )
    }
    for (const page of [cora, dan, eli]) await page.context().close()
  })

  it('keeps the colour of a user in messages, in lists, and after that user has left', async () => {
    const fay = await visitAs('fay')
    // Several users, because two of the eight colours may be equal by chance.
    for (const name of ['gus', 'hal', 'ida']) {
      const other = await visitAs(name, await invitationOf(fay))
      await accept(other)
      await other.getByRole('textbox', { name: /^Message to/ }).fill(`hello from ${name}`)
      await other.getByRole('button', { name: 'Send' }).click()
      const item = fay
        .getByRole('navigation', { name: 'Chats' })
        .getByRole('link')
        .filter({ hasText: `hello from ${name}` })
      await item.click()
      const message = fay.locator('.row').filter({ hasText: `hello from ${name}` })
      await message.waitFor()
      const { hue } = await faceOf(item)
      expect(hue).toBeDefined()
      expect((await faceOf(message)).hue).toBe(hue)
      await leave(other)
      await fay
        .locator('.notice')
        .filter({ hasText: new RegExp(`${name}.* left`) })
        .waitFor()
      expect((await faceOf(item)).hue).toBe(hue)
      await fay.reload()
      await item.waitFor()
      expect(await faceOf(item)).toEqual({ letters: name.slice(0, 1).toUpperCase(), hue })
      await other.context().close()
    }
    await fay.context().close()
  })
})
