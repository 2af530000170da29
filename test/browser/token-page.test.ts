import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPage } from '../../services/web/build.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import { secretIssuer, testSecret } from '../support/issuer.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { accessibilityProblems } from './accessibility.ts'
import { shiftClock } from './shift-clock.ts'

const missing = await noBrowserReason()
const { token } = secretIssuer()
const stranger = secretIssuer('another secret, as long as the first one is, more or less')

describe.skipIf(missing)('The chat page of a service that requires tokens', { timeout: 180_000 }, () => {
  let chat: EmbeddedChat
  let browser: Browser
  let origin: string

  beforeAll(async () => {
    await buildPage(() => undefined)
    const env = { WEB_PAGE: 'on', AUTH: 'jwt', JWT_SECRET: testSecret, JWT_LEEWAY_S: '0' }
    ;[chat, browser] = await Promise.all([startEmbedded(env), openBrowser()])
    origin = new URL(chat.url.replace(/^ws/, 'http')).origin
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await chat?.[Symbol.asyncDispose]()
  })

  const visit = async (hash = '', clockIsWrongByMs = 0): Promise<Page> => {
    const context = await browser.newContext()
    context.setDefaultTimeout(45_000)
    if (clockIsWrongByMs !== 0) await shiftClock(context, clockIsWrongByMs)
    const page = await context.newPage()
    await page.goto(`${origin}/${hash}`)
    return page
  }
  const signIn = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel('Token').fill(text)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  /** Follows a link with a token, and agrees to sign in with it. */
  const visitAs = async (hash: string, who: string): Promise<Page> => {
    const page = await visit(hash)
    await page.getByRole('button', { name: `Continue as ${who}` }).click()
    return page
  }
  const isIn = (page: Page, who: string): Promise<void> =>
    page.locator('.account').getByText(who, { exact: true }).first().waitFor()
  const giveNext = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel('New token').fill(text)
    await page.getByRole('button', { name: 'Use it' }).click()
  }

  it('asks for a token, explains why it refuses one, and signs in the user of a valid one', async () => {
    const page = await visit()
    for (const [text, problem] of [
      ['two words', 'This is not a token'],
      [await token({ sub: 'ann', exp: -10 }), 'This token has ended already.'],
      [await stranger.token({ sub: 'ann' }), 'The service refuses this token.'],
    ] as const) {
      await signIn(page, text)
      await page.getByRole('alert').getByText(problem).waitFor()
    }
    expect(await accessibilityProblems(page)).toEqual([])
    await signIn(page, await token({ sub: 'ann' }))
    await isIn(page, 'ann')
    await page.reload()
    await isIn(page, 'ann')
    await page.context().close()
  })

  it('accepts a token from the address and removes it there', async () => {
    const ann = await visitAs(`#token=${await token({ sub: 'ann' })}`, 'ann')
    await isIn(ann, 'ann')
    expect(ann.url()).toBe(`${origin}/`)
    await ann.getByRole('button', { name: 'Invite', exact: true }).click()
    const link = await ann.getByLabel('Your invitation link').inputValue()
    const bob = await visitAs(`${new URL(link).hash}&token=${await token({ sub: 'bob' })}`, 'bob')
    expect(bob.url()).toBe(link)
    await bob.getByRole('button', { name: 'Start the chat' }).click()
    await bob.getByRole('textbox', { name: /^Message to/ }).fill('handed over')
    await bob.getByRole('button', { name: 'Send' }).click()
    await ann.getByRole('link').filter({ hasText: 'handed over' }).waitFor({ state: 'attached' })
    await ann.context().close()
    await bob.context().close()
  })

  it('does not change the signed-in user when the address has a token of another one', async () => {
    const page = await visitAs(`#token=${await token({ sub: 'ann' })}`, 'ann')
    await isIn(page, 'ann')
    await page.evaluate(
      (hash) => {
        ;(globalThis as unknown as { location: { hash: string } }).location.hash = hash
      },
      `token=${await token({ sub: 'mallory' })}`,
    )
    await page.waitForURL(`${origin}/`)
    await page.reload()
    await isIn(page, 'ann')
    await page.context().close()
  })

  it('asks before a link signs in, and names the user of its token', async () => {
    const page = await visit(`#token=${await token({ sub: 'mallory' })}`)
    await page.getByRole('heading', { name: 'Sign in as mallory?' }).waitFor()
    expect(page.url()).toBe(`${origin}/`)
    expect(await page.locator('.account').count()).toBe(0)
    expect(await accessibilityProblems(page)).toEqual([])
    await page.getByRole('button', { name: 'Do not sign in' }).click()
    await page.getByLabel('Token').waitFor()
    await page.reload()
    await page.getByLabel('Token').waitFor()
    await page.context().close()
  })

  it('says that the service refuses the token of a link', async () => {
    const page = await visitAs(`#token=${await stranger.token({ sub: 'eve' })}`, 'eve')
    await page.getByRole('alert').getByText('The service refuses this token.').waitFor()
    await page.getByRole('button', { name: 'Do not sign in' }).click()
    await signIn(page, await token({ sub: 'eve' }))
    await isIn(page, 'eve')
    await page.context().close()
  })

  // Side by side, because each waits for the end of its token.
  describe.concurrent('near the end of a token', () => {
    it('asks for the next token before the last one ends, accepts only one of the same user, and stays connected', async () => {
      const page = await visitAs(`#token=${await token({ sub: 'ann', exp: 45 })}`, 'ann')
      await isIn(page, 'ann')
      await page.getByText('Your token ends soon.').waitFor()
      expect(await accessibilityProblems(page)).toEqual([])
      await giveNext(page, await token({ sub: 'bob' }))
      await page.getByText('This token is of another user: bob. You are signed in as ann.').waitFor()
      await giveNext(page, await token({ sub: 'ann' }))
      await page.getByText('Your token ends soon.').waitFor({ state: 'detached' })
      expect(await page.getByRole('status', { name: 'Connection' }).getAttribute('data-state')).toBe('online')
      await page.context().close()
    })

    it('says that the token has ended, keeps new messages, and sends them with the next token', async () => {
      const page = await visitAs(`#token=${await token({ sub: 'dora', exp: 40 })}`, 'dora')
      await isIn(page, 'dora')
      await page.getByRole('button', { name: 'New chat' }).click()
      await page.getByLabel('Name of the chat').fill('Notes')
      await page.getByRole('button', { name: 'Start', exact: true }).click()
      const composer = page.getByRole('textbox', { name: /^Message to/ })
      await composer.waitFor()
      await page.getByText('Your token has ended.').waitFor()
      expect(await accessibilityProblems(page)).toEqual([])
      await composer.fill('written afterwards')
      await page.getByRole('button', { name: 'Send' }).click()
      await page.getByText('Being sent').waitFor({ state: 'attached' })
      await giveNext(page, await token({ sub: 'dora' }))
      await page.locator('[data-state=stored]').waitFor({ state: 'attached' })
      expect(await page.getByRole('log').locator('.bubble p').allTextContents()).toEqual(['written afterwards'])
      await page.context().close()
    })

    it('ends with a reason when the service refuses the next token', async () => {
      const page = await visitAs(`#token=${await token({ sub: 'fay', exp: 40 })}`, 'fay')
      await isIn(page, 'fay')
      await page.getByText('Your token ends soon.').waitFor()
      await giveNext(page, await stranger.token({ sub: 'fay' }))
      await page.getByText('The service refused the token.').waitFor()
      expect(await accessibilityProblems(page)).toEqual([])
      await page.getByRole('button', { name: 'Sign in again' }).click()
      await page.getByLabel('Token').waitFor()
      await page.context().close()
    })
  })

  it('signs in a user whose device clock is ahead by more than the life of the token', async () => {
    const page = await visit('', 7_200_000)
    await signIn(page, await token({ sub: 'gil', exp: 3_600 }))
    await isIn(page, 'gil')
    await page.getByRole('button', { name: 'New chat' }).click()
    await page.getByLabel('Name of the chat').fill('Notes')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('textbox', { name: /^Message to/ }).fill('on time')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.locator('[data-state=stored]').waitFor({ state: 'attached' })
    expect(await page.getByRole('form', { name: 'Token' }).count()).toBe(0)
    await page.reload()
    await isIn(page, 'gil')
    await page.context().close()
  })

  it('says that a token has ended if the device clock is behind', async () => {
    const page = await visit('', -7_200_000)
    await signIn(page, await token({ sub: 'hal', exp: -10 }))
    await page.getByRole('alert').getByText('This token has ended already.').waitFor()
    await page.context().close()
  })
})
