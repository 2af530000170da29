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

describe.skipIf(missing)('Roles on the chat page, with users on two gateways', { timeout: 120_000 }, () => {
  let site: TwoGateways
  let ann: Window
  let bob: Window

  beforeAll(async () => {
    site = await startTwoGateways()
    const carol = await site.open(1, { id: 'carol', name: 'Carol Reyes' })
    bob = await site.open(1, { id: 'bob', name: 'Bob Martin' }, phone)
    ann = await site.open(0, { id: 'ann', name: 'Ann Lindqvist' })
    await carol.close()
    await ann.startChat('bob, carol', 'Team')
    await ann.write('Hello team')
    await bob.open('Team')
    await bob.row('Hello team').waitFor()
  }, 240_000)
  afterAll(() => site?.[Symbol.asyncDispose]())

  const openPeople = async (window: Window): Promise<Locator> => {
    await window.page.getByRole('button', { name: 'People', exact: true }).click()
    await dialog(window, 'People').getByRole('button', { name: 'Leave the chat' }).waitFor()
    return dialog(window, 'People')
  }
  const close = async (window: Window, name: string): Promise<void> => {
    await dialog(window, name).getByRole('button', { name: 'Close' }).click()
    await dialog(window, name).waitFor({ state: 'detached' })
  }
  const manageBob = async (): Promise<Locator> => {
    const people = await openPeople(ann)
    await people.getByRole('button', { name: /^Role of .*Bob Martin/ }).click()
    return dialog(ann, 'Member')
  }
  const setRoleOfBob = async (role: string): Promise<void> => {
    const member = await manageBob()
    await member.getByLabel('Role').selectOption(role)
    await member.getByRole('button', { name: 'Set the role' }).click()
    await expect.poll(() => member.getByRole('button', { name: 'Set the role' }).isDisabled(), waiting).toBe(true)
    await close(ann, 'Member')
    await close(ann, 'People')
  }
  const noticeOf = ({ page }: Window, text: string): Locator => page.locator('.notice').filter({ hasText: text }).last()
  const menuItems = async (window: Window, text: string): Promise<readonly string[]> => {
    const menu = await window.openMenu(text)
    const items = await menu.getByRole('menuitem').allTextContents()
    await window.page.keyboard.press('Escape')
    return items
  }

  it('offers to remove others, to pin and to delete their messages only to those who may', async () => {
    const anns = await openPeople(ann)
    await anns.getByText('Owner').waitFor()
    await anns.getByRole('button', { name: /^Remove .*Bob Martin/ }).waitFor()
    await expectAccessible(ann)
    await close(ann, 'People')
    const bobs = await openPeople(bob)
    await bobs.getByText('Owner').waitFor()
    expect(await bobs.getByRole('button', { name: /^(Remove|Role of)/ }).count()).toBe(0)
    await expectAccessible(bob)
    await close(bob, 'People')
    const items = await menuItems(bob, 'Hello team')
    expect(items).toContain('Reply')
    for (const item of ['Pin', 'Edit', 'Delete']) expect(items).not.toContain(item)
    expect(await bob.page.getByRole('button', { name: 'Chat settings' }).count()).toBe(0)
  })

  it('offers more to a member as soon as its role is a higher one, also after a reload', async () => {
    await setRoleOfBob('Moderator')
    await noticeOf(bob, 'Moderator').waitFor()
    for (const again of [false, true]) {
      if (again) await bob.page.reload()
      await bob.row('Hello team').waitFor()
      const items = await menuItems(bob, 'Hello team')
      for (const item of ['Pin', 'Delete']) expect(items).toContain(item)
      const people = await openPeople(bob)
      await people.getByRole('button', { name: /^Remove .*Carol Reyes/ }).waitFor()
      expect(await people.getByRole('button', { name: /^Remove .*Ann/ }).count()).toBe(0)
      await close(bob, 'People')
    }
    await bob.act('Hello team', 'Delete')
    await bob.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await ann.row('Message deleted').waitFor()
    await setRoleOfBob('Member')
    await noticeOf(bob, ': Member').waitFor()
  })

  it('renames a chat for all members, without a change of the order of the chats', async () => {
    await ann.startChat('bob', 'Later')
    await ann.write('A later message')
    const first = bob.page.locator('.chat-item-title').first()
    await expect.poll(() => first.textContent(), waiting).toBe('Later')
    await ann.open('Team')
    await ann.page.getByRole('button', { name: 'Chat settings' }).click()
    await expectAccessible(ann)
    await dialog(ann, 'Chat settings').getByLabel('Name of the chat').fill('Crew')
    await dialog(ann, 'Chat settings').getByRole('button', { name: 'Save' }).click()
    for (const window of [ann, bob]) await window.page.getByRole('heading', { name: 'Crew' }).waitFor()
    expect(await first.textContent()).toBe('Later')
    await bob.page.reload()
    await bob.page.getByRole('heading', { name: 'Crew' }).waitFor()
    await expect.poll(() => first.textContent(), waiting).toBe('Later')
  })

  it('keeps a new name that another device has set while the settings were open', async () => {
    const second = await site.open(1, ann.person)
    await second.open('Crew')
    const settingsOf = (window: Window): Locator => dialog(window, 'Chat settings')
    for (const { page } of [ann, second]) await page.getByRole('button', { name: 'Chat settings' }).click()
    await settingsOf(second).getByLabel('Name of the chat').fill('Band')
    await settingsOf(second).getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => ann.page.locator('.chat-item-title').allTextContents(), waiting).toContain('Band')
    await settingsOf(ann).getByLabel('Who can write').selectOption('Owners')
    await settingsOf(ann).getByRole('button', { name: 'Save' }).click()
    await bob.page.getByText('Owners can write here.').waitFor()
    await bob.page.getByRole('heading', { name: 'Band' }).waitFor()
    await ann.page.getByRole('button', { name: 'Chat settings' }).click()
    await settingsOf(ann).getByLabel('Who can write').selectOption('Members')
    await settingsOf(ann).getByRole('button', { name: 'Save' }).click()
    await bob.composer.waitFor()
    await second.close()
  })

  it('shows a note in the place of the composer to members of a read-only chat, and the composer to the others', async () => {
    const setWriters = async (who: string): Promise<void> => {
      await ann.page.getByRole('button', { name: 'Chat settings' }).click()
      await dialog(ann, 'Chat settings').getByLabel('Who can write').selectOption(who)
      await dialog(ann, 'Chat settings').getByRole('button', { name: 'Save' }).click()
      await dialog(ann, 'Chat settings').waitFor({ state: 'detached' })
    }
    await setWriters('Moderators, admins and owners')
    await bob.page.getByText('Moderators, admins and owners can write here.').waitFor()
    expect(await bob.composer.count()).toBe(0)
    await expectAccessible(bob)
    await ann.write('An announcement')
    await bob.row('An announcement').waitFor()
    await setWriters('Members')
    await bob.composer.waitFor()
  })

  it('shows to a muted member when the mute ends, and ends the mute', async () => {
    const member = await manageBob()
    await expectAccessible(ann)
    await member.getByLabel('Mute for').selectOption('1 hour')
    await member.getByRole('button', { name: 'Mute' }).click()
    await member.getByText('Muted until').waitFor()
    await expectAccessible(ann)
    await bob.page.getByText('You are muted until').waitFor()
    expect(await bob.composer.count()).toBe(0)
    await bob.page.reload()
    await bob.page.getByText('You are muted until').waitFor()
    await expectAccessible(bob)
    await member.getByRole('button', { name: 'End the mute' }).click()
    await bob.composer.waitFor()
    await close(ann, 'Member')
    await close(ann, 'People')
  })

  it('bans a member only after a question, lists the ban, and lifts it', async () => {
    const member = await manageBob()
    await member.getByRole('button', { name: 'Ban from the chat' }).click()
    await expectAccessible(ann)
    await dialog(ann, 'Ban this person?').getByRole('button', { name: 'Cancel' }).click()
    await member.getByRole('button', { name: 'Ban from the chat' }).click()
    await dialog(ann, 'Ban this person?').getByRole('button', { name: 'Ban' }).click()
    await bob.page.getByText('You are no longer in this chat.').waitFor()
    const people = dialog(ann, 'People')
    await people.getByRole('button', { name: /^Lift the ban of .*Bob Martin/ }).waitFor()
    await expectAccessible(ann)
    await people.getByLabel('Their ids').fill('bob')
    await people.getByRole('button', { name: 'Add', exact: true }).click()
    await people.getByRole('alert').getByText('banned').waitFor()
    await people.getByRole('button', { name: /^Lift the ban of .*Bob Martin/ }).click()
    await people.getByRole('heading', { name: 'Banned people' }).waitFor({ state: 'detached' })
    await people.getByRole('button', { name: 'Add', exact: true }).click()
    await people.getByRole('button', { name: /^Remove .*Bob Martin/ }).waitFor()
    await close(ann, 'People')
    await bob.composer.waitFor()
  })

  it('leaves a chat only after a question', async () => {
    const people = await openPeople(bob)
    await people.getByRole('button', { name: 'Leave the chat' }).click()
    await dialog(bob, 'Leave this chat?').getByRole('button', { name: 'Leave' }).click()
    await bob.page.getByText('You are no longer in this chat.').waitFor()
    await noticeOf(ann, 'left').waitFor()
  })

  it('has caused no error in the console of the browser', () => {
    expect([...ann.complaints, ...bob.complaints]).toEqual([])
  })
})
