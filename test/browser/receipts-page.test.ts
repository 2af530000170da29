import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { noBrowserReason } from '../support/browser/browser.ts'
import { noStackReason } from '../support/stack/shared-stack.ts'
import { expectAccessible } from './accessibility.ts'
import type { TwoGateways } from './two-gateways.ts'
import { startTwoGateways } from './two-gateways.ts'
import type { Window } from './window.ts'

const missing = noStackReason() ?? (await noBrowserReason())

describe.skipIf(missing)('The receipts of messages on the chat page, in windows on two gateways', { timeout: 120_000 }, () => {
  let site: TwoGateways
  let ann: Window
  let bob: Window
  let bobsPhone: Window

  beforeAll(async () => {
    site = await startTwoGateways()
    bob = await openBob()
    ann = await site.open(0, { id: 'ann', name: 'Ann Lindqvist' })
    bobsPhone = await openPhone()
    await ann.startChat('bob')
  }, 240_000)
  afterAll(() => site?.[Symbol.asyncDispose]())

  const openBob = (): Promise<Window> => site.open(1, { id: 'bob', name: 'Bob Martin' })
  const openPhone = (): Promise<Window> => site.open(0, { id: 'bob', name: 'Bob Martin' })
  const mark = (text: string, receipt: string) => ann.row(text).locator('.state').getByText(receipt, { exact: true })
  const badge = ({ page }: Window, count: number) => page.locator('.chat-item').getByText(`${count} unread`)

  it('says that a message was delivered when a window of the other user has received it, and read when it was shown', async () => {
    await ann.write('Hello Bob')
    await mark('Hello Bob', 'Delivered').waitFor({ state: 'attached' })
    await bob.open('Ann Lindqvist')
    await mark('Hello Bob', 'Read').waitFor({ state: 'attached' })
    await expectAccessible(ann)
  })

  it('says that a message was only sent while the other user has no window, then that it was delivered', async () => {
    await Promise.all([bob.close(), bobsPhone.close()])
    await ann.write('Are you there?')
    await mark('Are you there?', 'Sent').waitFor({ state: 'attached' })
    bobsPhone = await openPhone()
    await mark('Are you there?', 'Delivered').waitFor({ state: 'attached' })
    bob = await openBob()
    await bob.open('Ann Lindqvist')
    await mark('Are you there?', 'Read').waitFor({ state: 'attached' })
  })

  it('takes the number of unread messages away on the second device of a user when the first has read them', async () => {
    await bob.page.goto(new URL('#/', bob.page.url()).href)
    await ann.write('One')
    await ann.write('Two')
    await badge(bobsPhone, 2).waitFor()
    await badge(bob, 2).waitFor()
    await vi.waitFor(async () => expect(await bobsPhone.page.title()).toBe('(2) Chat'))
    await bob.open('Ann Lindqvist')
    await bobsPhone.page.locator('.chat-item .badge').waitFor({ state: 'detached' })
    await vi.waitFor(async () => expect(await bobsPhone.page.title()).toBe('Chat'))
  })

  it('counts the members of a group to whom a message was delivered and who have read it', async () => {
    const cyd = await site.open(1, { id: 'cyd', name: 'Cyd Olsen' })
    await ann.startChat('bob, cyd', 'Lunch')
    await ann.write('Pizza?')
    await mark('Pizza?', 'Delivered to all').waitFor({ state: 'attached' })
    await bob.open('Lunch')
    await mark('Pizza?', 'Read by 1 of 2').waitFor({ state: 'attached' })
    expect(await ann.row('Pizza?').locator('.state').getAttribute('title')).toBe('Read by 1 of 2')
    await cyd.open('Lunch')
    await mark('Pizza?', 'Read by all').waitFor({ state: 'attached' })
    await expectAccessible(ann)
  })

  it('shows the receipts of earlier messages when the page is opened again', async () => {
    await ann.page.reload()
    await mark('Pizza?', 'Read by all').waitFor({ state: 'attached' })
    expect([ann, bob, bobsPhone].flatMap(({ complaints }) => complaints)).toEqual([])
  })
})
