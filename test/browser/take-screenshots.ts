import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { buildPage } from '../../services/web/build.ts'
import { openBrowser } from '../support/browser/browser.ts'
import { secretIssuer, testSecret } from '../support/issuer.ts'
import { projectFolder } from '../support/stack/replica.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import type { ChatScene } from './chat-scene.ts'
import { playScene } from './chat-scene.ts'
import type { Window } from './window.ts'
import { dialog } from './window.ts'

/** Takes the pictures of the page's README: `npm run page:screenshots`. */
const folder = join(projectFolder, 'services/web/screenshots')

const sizes = {
  phone: { width: 390, height: 780 },
  tablet: { width: 834, height: 900 },
  desktop: { width: 1280, height: 800 },
} as const

const colours = ['light', 'dark'] as const

const picture = async (page: Page, name: string): Promise<void> => {
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' })
}

const allSizes = async (page: Page, what: string): Promise<void> => {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of colours) {
      await page.emulateMedia({ colorScheme })
      await picture(page, `${what}-${size}-${colorScheme}`)
    }
  }
  await page.setViewportSize(sizes.desktop)
  await page.emulateMedia({ colorScheme: 'light' })
}

/** A thread of Ann and Bob, as Ann sees it; the menu of a message on a phone. */
const threadPictures = async ({ ann, bob }: ChatScene): Promise<void> => {
  const panelOf = ({ page }: Window) => page.getByRole('complementary', { name: 'Thread' })
  const reply = async (window: Window, text: string): Promise<void> => {
    await panelOf(window).getByRole('textbox').fill(text)
    await panelOf(window).getByRole('button', { name: 'Send' }).click()
    await panelOf(ann).locator('.bubble > p').getByText(text).waitFor()
  }
  await ann.act('Let me look it up', 'Reply in a thread')
  await reply(ann, 'How wide are the buckets?')
  await bob.row('Let me look it up').getByRole('button', { name: '1 reply' }).click()
  await reply(bob, 'A tenth of a millisecond, up to ten.')
  await reply(ann, 'That is fine enough.')
  await panelOf(bob).getByRole('button', { name: 'Close the thread' }).click()
  await picture(ann.page, 'thread')
  await panelOf(ann).getByRole('button', { name: 'Close the thread' }).click()
  await ann.page.setViewportSize(sizes.phone)
  await ann.openMenu('That is fine enough')
  await picture(ann.page, 'message-menu-phone-light')
  await ann.page.keyboard.press('Escape')
  await ann.page.setViewportSize(sizes.desktop)
}

/** The menu of a chat, and a muted chat in the list. */
const quietPictures = async ({ ann }: ChatScene): Promise<void> => {
  const openMenu = (): Promise<void> => ann.page.getByRole('button', { name: 'Chat actions' }).click()
  await ann.open('Release party')
  await openMenu()
  await ann.page.getByRole('menuitem', { name: 'Mute until I unmute it' }).click()
  await ann.page.locator('.muted-mark').waitFor()
  await ann.open('Bob Martin')
  await openMenu()
  await picture(ann.page, 'chat-menu')
  await ann.page.keyboard.press('Escape')
}

/** Profiles, roles, a ban and a read-only chat, as Ann and Bob see them. */
const peoplePictures = async ({ ann, bob }: ChatScene): Promise<void> => {
  const closeAll = async ({ page }: Window): Promise<void> => {
    for (let open = await page.getByRole('dialog').count(); open > 0; open -= 1) await page.keyboard.press('Escape')
  }
  await ann.page.getByRole('button', { name: /Your profile/ }).click()
  await dialog(ann, 'Your profile').getByText('You have blocked nobody.').waitFor()
  await picture(ann.page, 'profile')
  await closeAll(ann)
  await ann.page.getByRole('button', { name: 'People', exact: true }).click()
  await dialog(ann, 'People').getByRole('button', { name: 'Bob Martin' }).click()
  await dialog(ann, 'Profile').getByRole('button', { name: 'Block' }).waitFor()
  await picture(ann.page, 'person')
  await closeAll(ann)

  await ann.startChat('bob, carol, erika', 'Office')
  await ann.write('The lift is out of order until Thursday.')
  const people = dialog(ann, 'People')
  const manage = async (name: RegExp): Promise<void> => people.getByRole('button', { name }).click()
  const member = dialog(ann, 'Member')
  await ann.page.getByRole('button', { name: 'People', exact: true }).click()
  await manage(/^Role of .*Carol/)
  await member.getByLabel('Role').selectOption('Moderator')
  await member.getByRole('button', { name: 'Set the role' }).click()
  await member.locator('.role').waitFor()
  await member.getByRole('button', { name: 'Close' }).click()
  await manage(/^Role of .*Bob/)
  await picture(ann.page, 'member')
  await member.getByRole('button', { name: 'Mute' }).click()
  await member.getByText('Muted until').waitFor()
  await member.getByRole('button', { name: 'Close' }).click()
  await picture(ann.page, 'roles')
  await ann.page.setViewportSize(sizes.phone)
  await picture(ann.page, 'roles-phone-light')
  await ann.page.emulateMedia({ colorScheme: 'dark' })
  await picture(ann.page, 'roles-phone-dark')
  await ann.page.emulateMedia({ colorScheme: 'light' })
  await closeAll(ann)
  await bob.open('Office')
  await bob.page.setViewportSize(sizes.phone)
  await bob.page.getByText('You are muted until').waitFor()
  await picture(bob.page, 'muted-phone-light')
  await bob.page.setViewportSize(sizes.desktop)
  await ann.page.setViewportSize(sizes.desktop)
  await ann.page.getByRole('button', { name: 'Chat settings' }).click()
  await picture(ann.page, 'chat-settings')
  await closeAll(ann)
  await ann.open('Bob Martin')
  // The other chat has her name in its last message.
  await bob.page.locator('.chat-item-title').filter({ hasText: 'Ann Lindqvist' }).click()
}

const pageOf = ({ url }: EmbeddedChat): string => new URL('/', url.replace(/^ws/, 'http')).href

mkdirSync(folder, { recursive: true })
await buildPage(() => undefined)
await using server = await startEmbedded({ WEB_PAGE: 'on', AUTH: 'off' })
await using browser = await openBrowser()

const visitor = await (await browser.newContext({ viewport: sizes.desktop })).newPage()
await visitor.goto(pageOf(server))
await picture(visitor, 'sign-in')

const scene = await playScene(browser, server.url)
const { ann, bob } = scene
await allSizes(ann.page, 'conversation')
await threadPictures(scene)
await quietPictures(scene)

await ann.page.setViewportSize(sizes.phone)
await ann.page.getByRole('button', { name: 'Back to the chats' }).click()
await picture(ann.page, 'chats-phone-light')
await ann.page.setViewportSize(sizes.desktop)
await ann.open('Bob Martin')

await ann.page.getByRole('button', { name: 'New chat' }).click()
await picture(ann.page, 'new-chat')
await ann.page.keyboard.press('Escape')
await ann.page.getByRole('button', { name: 'People' }).click()
await picture(ann.page, 'people')
await ann.page.keyboard.press('Escape')

await peoplePictures(scene)

await ann.page.getByRole('button', { name: 'Frames', exact: true }).click()
await bob.write('The frames pass on the right.')
await ann.page.getByRole('log').getByText('The frames pass').waitFor()
await picture(ann.page, 'frames')
await ann.page.getByRole('button', { name: 'Close the frames' }).click()

await ann.write('What the service does not take \0')
await ann.page.getByText('The service refused body.msg').waitFor()
await picture(ann.page, 'failed')
await ann.page.getByRole('button', { name: 'Discard' }).click()

await server.kill()
await ann.page.getByText('No connection').waitFor()
await ann.write('This one waits until the connection is back.')
await allSizes(ann.page, 'reconnecting')

await using guarded = await startEmbedded({ WEB_PAGE: 'on', AUTH: 'jwt', JWT_SECRET: testSecret })
await visitor.goto(pageOf(guarded))
await picture(visitor, 'sign-in-token')
await visitor.goto(`${pageOf(guarded)}#token=${await secretIssuer().token({ sub: 'ann', exp: 40 })}`)
await visitor.getByRole('button', { name: 'Continue as ann' }).click()
await visitor.getByText('Your token ends soon').waitFor({ timeout: 60_000 })
await picture(visitor, 'token-ends')
