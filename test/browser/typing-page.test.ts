import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noBrowserReason } from '../support/browser/browser.ts'
import { noStackReason } from '../support/stack/shared-stack.ts'
import { accessibilityProblems } from './accessibility.ts'
import type { TwoGateways } from './two-gateways.ts'
import { startTwoGateways } from './two-gateways.ts'
import type { Window } from './window.ts'

const missing = noStackReason() ?? (await noBrowserReason())

describe.skipIf(missing)('The chat page in two windows on two gateways', { timeout: 120_000 }, () => {
  let site: TwoGateways
  let ann: Window
  let bob: Window

  beforeAll(async () => {
    site = await startTwoGateways()
    bob = await site.open(1, { id: 'bob', name: 'Bob Martin' })
    ann = await site.open(0, { id: 'ann', name: 'Ann Lindqvist' })
    await ann.startChat('bob')
    await ann.write('Hello Bob')
    await bob.open('Ann Lindqvist')
  }, 240_000)
  afterAll(() => site?.[Symbol.asyncDispose]())

  const header = ({ page }: Window) => page.locator('.conversation > header')

  it('shows that the other user is online', async () => {
    await header(ann).getByText('Online').waitFor()
    await ann.page.locator('.chat-item .avatar[data-online]').waitFor()
    await header(bob).getByText('Online').waitFor()
  })

  it('shows that the other user is typing, in the chat and in the list, until the message arrives', async () => {
    await ann.composer.pressSequentially('How are', { delay: 50 })
    await header(bob).getByText('Ann Lindqvist is typing…').waitFor()
    await bob.page.locator('.chat-item').getByText('is typing…').waitFor()
    expect(await accessibilityProblems(bob.page)).toEqual([])
    await ann.write('How are you?')
    await bob.row('How are you?').waitFor()
    await header(bob).getByText('is typing…').waitFor({ state: 'detached' })
  })

  it('stops to show that the other user is typing when no more keys are pressed', async () => {
    await ann.composer.pressSequentially('Hm', { delay: 50 })
    await header(bob).getByText('is typing…').waitFor()
    await header(bob).getByText('is typing…').waitFor({ state: 'detached', timeout: 15_000 })
    await ann.composer.fill('')
  })

  it('shows that the other user is not online any more after the window was closed', async () => {
    await bob.close()
    await header(ann).getByText('Just the two of you').waitFor()
    expect(ann.complaints).toEqual([])
  })
})
