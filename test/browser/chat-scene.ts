import type { Browser } from 'playwright-core'
import type { Window } from './window.ts'
import { openWindow } from './window.ts'

/** A conversation for screenshots. */
export interface ChatScene {
  readonly ann: Window
  readonly bob: Window
}

const lines: readonly (readonly ['ann' | 'bob', string])[] = [
  ['ann', 'Good morning! Did the new gateways hold up over night?'],
  ['bob', 'They did. We took two of them down in the middle of the load test, and nobody noticed.'],
  ['bob', 'Not one message lost, not one shown twice.'],
  ['ann', 'Lovely. What did the slowest tenth see?'],
  ['bob', 'Let me look it up.\nI put the whole histogram into the report, with the command that makes it again.'],
  ['ann', 'Perfect, I will read it over lunch.'],
  ['ann', 'Shall we tell Carol that she can go ahead?'],
]

const neighbours = [
  ['carol', 'Carol Reyes'],
  ['dmitri', 'Dmitri Volkov'],
  ['erika', 'Erika Sato'],
] as const

/** Reactions, an edit, a pin, a thread, a quote with a mention, and a deletion. */
const changeScene = async (ann: Window, bob: Window): Promise<void> => {
  await ann.react('Not one message lost', '🎉')
  await bob.react('Not one message lost', '🎉')
  await ann.react('Not one message lost', '❤️')
  await bob.act('Let me look it up', 'Pin')
  await ann.act('Perfect, I will', 'Edit')
  await ann.composer.fill('Perfect, I will read it after lunch.')
  await ann.composer.press('Enter')
  await bob.row('after lunch').waitFor()
  await bob.act('Shall we tell Carol', 'Reply')
  await bob.write('Yes! @Ann Lindqvist, please thank her for the patience.')
  await ann.row('please thank her').waitFor()
  await bob.write('wrong window')
  await bob.row('wrong window').locator('[data-state=stored]').waitFor({ state: 'attached' })
  await bob.act('wrong window', 'Delete')
  await bob.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await ann.row('Message deleted').waitFor()
}

/** Plays a conversation of Ann and Bob, with other chats in Ann's list. */
export const playScene = async (browser: Browser, url: string): Promise<ChatScene> => {
  const bob = await openWindow(browser, url, { id: 'bob', name: 'Bob Martin' })
  const ann = await openWindow(browser, url, { id: 'ann', name: 'Ann Lindqvist' })
  for (const [id, name] of neighbours) {
    const other = await openWindow(browser, url, { id, name })
    await other.startChat('ann')
    await other.write(`Hi Ann, ${name} here. Do you have a minute?`)
    await other.page.locator('[data-state=stored]').first().waitFor({ state: 'attached' })
    await other.close()
  }
  await ann.startChat('carol, dmitri, erika', 'Release party')
  await ann.write('Cake or ice cream? Answers by Friday, please.')
  await bob.startChat('ann')
  await ann.open('Bob Martin')
  for (const [who, text] of lines) {
    const [writer, reader] = who === 'ann' ? [ann, bob] : [bob, ann]
    await writer.write(text)
    await reader.page
      .getByRole('log')
      .getByText(text.split('\n')[0] ?? '')
      .waitFor()
  }
  await changeScene(ann, bob)
  await ann.row('after lunch').locator('.state').getByText('Read', { exact: true }).waitFor({ state: 'attached' })
  return { ann, bob }
}
