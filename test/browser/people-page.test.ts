import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noBrowserReason } from '../support/browser/browser.ts'
import { noStackReason } from '../support/stack/shared-stack.ts'
import { expectAccessible } from './accessibility.ts'
import type { TwoGateways } from './two-gateways.ts'
import { startTwoGateways } from './two-gateways.ts'
import type { Window } from './window.ts'
import { dialog, phone } from './window.ts'

const missing = noStackReason() ?? (await noBrowserReason())

const waiting = { timeout: 20_000, interval: 50 }

describe.skipIf(missing)('People on the chat page, with two users on two gateways', { timeout: 120_000 }, () => {
  let site: TwoGateways
  let ann: Window
  let bob: Window

  beforeAll(async () => {
    site = await startTwoGateways()
    bob = await site.open(1, { id: 'bob', name: 'Bob Martin' }, phone)
    ann = await site.open(0, { id: 'ann', name: 'Ann Lindqvist' })
    await ann.startChat('bob', 'Project')
    await ann.write('Hello project')
    await bob.open('Project')
    await bob.row('Hello project').waitFor()
  }, 240_000)
  afterAll(() => site?.[Symbol.asyncDispose]())

  const itemsOf = ({ page }: Window, title: string): Locator => page.locator('.chat-item-title').filter({ hasText: title })
  const openMember = async (window: Window, name: string): Promise<void> => {
    await window.page.getByRole('button', { name: 'People', exact: true }).click()
    await dialog(window, 'People').getByRole('button', { name }).first().click()
    await dialog(window, 'Profile').waitFor()
  }
  const toChats = async ({ page }: Window): Promise<void> => page.getByRole('button', { name: 'Back to the chats' }).click()

  it('opens the direct chat from a member, and titles it with the other user for both', async () => {
    await openMember(ann, 'Bob Martin')
    await expectAccessible(ann)
    await dialog(ann, 'Profile').getByRole('button', { name: 'Direct chat' }).click()
    await ann.page.getByRole('heading', { name: 'Bob Martin' }).waitFor()
    await ann.write('Just you and me')
    await toChats(bob)
    await bob.open('Ann Lindqvist')
    await bob.row('Just you and me').waitFor()
  })

  it('leads to the same direct chat from the menu of a message, from a mention, and from the list of people', async () => {
    await toChats(bob)
    await bob.open('Project')
    await bob.act('Hello project', 'Profile of \u2068Ann Lindqvist\u2069')
    await dialog(bob, 'Profile').getByRole('button', { name: 'Direct chat' }).click()
    await bob.row('Just you and me').waitFor()
    await ann.open('Project')
    await ann.write('Thanks, @Bob Martin')
    await ann.row('Thanks').getByRole('button', { name: '@Bob Martin' }).click()
    await dialog(ann, 'Profile').getByRole('button', { name: 'Direct chat' }).click()
    await ann.row('Just you and me').waitFor()
    await ann.startChat('bob')
    await ann.row('Just you and me').waitFor()
    for (const [window, title] of [
      [ann, 'Bob Martin'],
      [bob, 'Ann Lindqvist'],
    ] as const)
      expect(await itemsOf(window, title).count()).toBe(1)
  })

  it('keeps the two members of a direct chat: it offers no way to add, to remove or to leave', async () => {
    await ann.page.getByRole('button', { name: 'People', exact: true }).click()
    const people = dialog(ann, 'People')
    await people.getByRole('button', { name: 'Bob Martin' }).waitFor()
    expect(await people.getByRole('button', { name: /Remove|Leave|Add/ }).count()).toBe(0)
    await expectAccessible(ann)
    await ann.page.keyboard.press('Escape')
  })

  it('titles a direct chat from the list of chats, without a request for the other user', async () => {
    const context = await site.browser.newContext()
    const page = await context.newPage()
    const sent: string[] = []
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => void sent.push(String(payload))))
    const carol = await site.open(0, { id: 'carol', name: 'Carol Reyes' })
    await carol.startChat('bob')
    await carol.page.getByRole('heading', { name: 'Bob Martin' }).waitFor()
    await carol.close()
    await page.goto(ann.page.url().split('#')[0] ?? '')
    await page.getByLabel('Your id').fill('carol')
    await page.getByLabel('Your name').fill('Carol Reyes')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('link').filter({ hasText: 'Bob Martin' }).waitFor()
    expect(sent.filter((frame) => frame.includes('list-chats')).length).toBeGreaterThan(0)
    expect(sent.filter((frame) => frame.includes('get-users'))).toEqual([])
    await context.close()
  })

  it('changes the own name for others at their next read, also by keyboard alone', async () => {
    await ann.page.getByRole('button', { name: /Your profile/ }).focus()
    await ann.page.keyboard.press('Enter')
    const profile = dialog(ann, 'Your profile')
    await expectAccessible(ann)
    await profile.getByLabel('Name').fill('Ann Berg')
    await ann.page.keyboard.press('Enter')
    await profile.getByRole('button', { name: 'Saved' }).waitFor()
    await ann.page.keyboard.press('Escape')
    await ann.page.locator('.account').getByText('Ann Berg').waitFor()
    await expect.poll(() => ann.page.evaluate('document.activeElement.title'), waiting).toBe('Your profile')
    await bob.page.reload()
    await bob.page.getByRole('heading', { name: 'Ann Berg' }).waitFor()
  })

  it('shows a picture of the own website, and initials instead of any other', async () => {
    const face = (window: Window): Locator => window.page.locator('.account .avatar')
    const setImage = async (image: string): Promise<void> => {
      await ann.page.getByRole('button', { name: /Your profile/ }).click()
      await dialog(ann, 'Your profile').getByLabel('Address of your picture').fill(image)
      await dialog(ann, 'Your profile').getByRole('button', { name: 'Save' }).click()
      await dialog(ann, 'Your profile').getByRole('button', { name: 'Saved' }).waitFor()
      await ann.page.keyboard.press('Escape')
    }
    await setImage('icon-192.png')
    await face(ann).locator('img').waitFor()
    await expect
      .poll(
        () =>
          face(ann)
            .locator('img')
            .evaluate((element: { naturalWidth: number }) => element.naturalWidth),
        waiting,
      )
      .toBe(192)
    await setImage('https://img.example/ann.png')
    await face(ann).getByText('AB').waitFor()
    await setImage('missing.png')
    await face(ann).getByText('AB').waitFor()
    await setImage('')
  })

  it('blocks a user only after a question, explains the refusal to both, and removes the block in the own profile', async () => {
    const dan = await site.open(1, { id: 'dan', name: 'Dan Okafor' })
    await dan.startChat('ann', 'Sales')
    await dan.write('Buy this')
    await ann.open('Sales')
    await openMember(ann, 'Dan Okafor')
    await dialog(ann, 'Profile').getByRole('button', { name: 'Block' }).click()
    await expectAccessible(ann)
    await dialog(ann, 'Block this person?').getByRole('button', { name: 'Cancel' }).click()
    await dialog(ann, 'Profile').getByRole('button', { name: 'Block' }).click()
    await dialog(ann, 'Block this person?').getByRole('button', { name: 'Block' }).click()
    await dialog(ann, 'Profile').getByText('You have blocked this person.').waitFor()
    await expectAccessible(ann)
    await ann.page.keyboard.press('Escape')
    await ann.page.keyboard.press('Escape')
    await dan.page.getByRole('button', { name: 'New chat' }).click()
    await dan.page.getByLabel('Their ids').fill('ann')
    await dan.page.getByRole('button', { name: 'Start', exact: true }).click()
    await dan.page.getByRole('alert').getByText('one of you has blocked the other').waitFor()
    await ann.page.getByRole('button', { name: /Your profile/ }).click()
    await dialog(ann, 'Your profile')
      .getByRole('button', { name: /^Unblock .*Dan Okafor/ })
      .click()
    await dialog(ann, 'Your profile').getByText('You have blocked nobody.').waitFor()
    await ann.page.keyboard.press('Escape')
    await dan.page.getByRole('button', { name: 'Start', exact: true }).click()
    await dan.page.getByRole('heading', { name: 'Ann Berg' }).waitFor()
    await dan.close()
  })

  it('has no accessibility problem on a phone, in the profile of a user and in the own one', async () => {
    await openMember(bob, 'Ann Berg')
    await expectAccessible(bob)
    await bob.page.keyboard.press('Escape')
    await bob.page.keyboard.press('Escape')
    await toChats(bob)
    await bob.page.getByRole('button', { name: /Your profile/ }).click()
    await expectAccessible(bob)
    await bob.page.keyboard.press('Escape')
  })

  it('has caused no error in the console of the browser', () => {
    const isOfMissingPicture = (text: string): boolean => text.includes('404')
    expect([...ann.complaints, ...bob.complaints].filter((text) => !isOfMissingPicture(text))).toEqual([])
  })
})
