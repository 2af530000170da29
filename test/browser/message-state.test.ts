import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPage } from '../../services/web/build.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { accessibilityProblems } from './accessibility.ts'
import { connectionOf } from './cut-connection.ts'
import type { Window } from './window.ts'
import { dialog, openWindow, phone } from './window.ts'

const missing = await noBrowserReason()
const waiting = { timeout: 20_000, interval: 50 }
/** A back end posts many messages from one address. */
const manyRequests = { ADDRESS_UPGRADES_BURST: '5000', USER_REQUESTS_BURST: '5000' }

describe.skipIf(missing)('The chat page, while chats, sizes and the service change', { timeout: 120_000 }, () => {
  let server: EmbeddedChat
  let browser: Browser

  beforeAll(async () => {
    await buildPage(() => undefined)
    ;[server, browser] = await Promise.all([startEmbedded({ WEB_PAGE: 'on', ...manyRequests }), openBrowser()])
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  const open = (name: string, options = {}): Promise<Window> => openWindow(browser, server.url, { id: name, name }, options)

  /** Sends a request over HTTP, as a back end does; resolves with the body of the answer. */
  const call = async (event: string, request: object): Promise<Readonly<Record<string, unknown>>> => {
    const place = server.url.replace(/^ws/, 'http').replace(/\/ws$/, `/api/v1/${event}`)
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(place, { method: 'POST', headers, body: JSON.stringify(request) })
    expect(answer.status).toBe(200)
    return ((await answer.json()) as { body: Readonly<Record<string, unknown>> }).body
  }

  it('keeps an unfinished edit and an unsent reply of a chat while another chat is open', async () => {
    const ann = await open('keeping-ann')
    await ann.startChat('', 'Edited')
    await ann.write('To be edited')
    await ann.startChat('', 'Other')
    await ann.write('To be answered')
    await ann.act('To be answered', 'Reply')
    await ann.open('Edited')
    await ann.act('To be edited', 'Edit')
    await ann.composer.fill('Half an edit')
    await ann.open('Other')
    await ann.page.getByRole('button', { name: 'Cancel the reply' }).waitFor()
    await expect.poll(() => ann.composer.inputValue(), waiting).toBe('')
    await ann.open('Edited')
    await expect.poll(() => ann.composer.inputValue(), waiting).toBe('Half an edit')
    await ann.page.getByRole('button', { name: 'Save' }).click()
    await ann.row('Half an edit').getByText('edited').waitFor()
    await ann.close()
  })

  it('counts the messages that wait for the connection', async () => {
    const ann = await open('offline-ann')
    await ann.startChat('', 'Waiting')
    await ann.write('Written before')
    await ann.row('Written before').locator('[data-state=stored]').waitFor({ state: 'attached' })
    const link = await connectionOf(ann)
    link.cut()
    const bar = ann.page.getByRole('status', { name: 'Connection' })
    await bar.getByText('Messages that you write are sent when it is back.').waitFor()
    await ann.write('First')
    await bar.getByText('1 message is sent when it is back.').waitFor()
    await ann.write('Second')
    await bar.getByText('2 messages are sent when it is back.').waitFor()
    link.mend()
    await bar.getByText('No connection').waitFor({ state: 'detached' })
    await expect.poll(() => ann.shown(), waiting).toEqual(['Written before', 'First', 'Second'])
    await ann.close()
  })

  it('blocks a person while the list of blocked people is read again, and keeps the question open over a reconnect', async () => {
    const bob = await open('blocked-bob')
    const ann = await open('blocking-ann')
    await ann.startChat('blocked-bob', 'Sales')
    const link = await connectionOf(ann)
    const profile = dialog(ann, 'Profile')
    const block = profile.getByRole('button', { name: 'Block', exact: true })
    const question = dialog(ann, 'Block this person?')
    const openProfile = () => dialog(ann, 'People').getByRole('button', { name: 'blocked-bob' }).first().click()
    await ann.page.getByRole('button', { name: 'People', exact: true }).click()
    await openProfile()
    await expect.poll(() => block.isEnabled(), waiting).toBe(true)
    await profile.getByRole('button', { name: 'Close' }).click()
    await profile.waitFor({ state: 'detached' })

    link.hold('list-blocks')
    await openProfile()
    await block.click()
    await question.getByRole('button', { name: 'Block', exact: true }).click()
    await profile.getByText('You have blocked this person.').waitFor()
    link.release()
    await profile.getByRole('button', { name: 'Unblock' }).click()
    await block.click()
    await question.waitFor()
    link.cut()
    const bar = ann.page.getByRole('status', { name: 'Connection' })
    await bar.getByText('No connection').waitFor()
    link.mend()
    await bar.getByText('No connection').waitFor({ state: 'detached' })
    await question.getByRole('button', { name: 'Block', exact: true }).click()
    await profile.getByText('You have blocked this person.').waitFor()
    for (const window of [ann, bob]) await window.close()
  })

  it('keeps the menu of a message open, inside the window, when the on-screen keyboard changes the size of the window', async () => {
    for (const options of [phone, { viewport: { width: 1200, height: 800 } }]) {
      const ann = await open(`resizing-${options.viewport.width}`, options)
      await ann.startChat('', 'Sizes')
      await ann.write('A message with a menu')
      const menu = await ann.openMenu('A message with a menu')
      await menu.waitFor()
      const height = options.viewport.height - 280
      await ann.page.setViewportSize({ width: options.viewport.width, height })
      await expect
        .poll(async () => {
          const box = await menu.boundingBox()
          return box !== null && box.y >= 0 && box.y + box.height <= height
        }, waiting)
        .toBe(true)
      await menu.getByRole('menuitem', { name: 'Edit' }).click()
      await expect.poll(() => ann.composer.inputValue(), waiting).toBe('A message with a menu')
      await ann.close()
    }
  })

  it('offers the events of a higher feature level as soon as the service accepts them, on the open socket', async () => {
    const ann = await open('level-ann')
    let raise = (): void => undefined
    await ann.page.routeWebSocket(/\/ws$/, (socket) => {
      const service = socket.connectToServer()
      let features: readonly string[] = []
      service.onMessage((frame) => {
        const text = String(frame)
        const found = /"features":(\[[^\]]*\])/.exec(text)
        if (found?.[1] !== undefined) features = JSON.parse(found[1]) as string[]
        socket.send(text.replace(/,"features":\[[^\]]*\]/, ''))
      })
      raise = () => socket.send(JSON.stringify({ event: 'features', body: { features, level: 2 } }))
    })
    await ann.page.reload()
    await ann.startChat('', 'Levels')
    await ann.write('Before and after')
    const items = async (): Promise<string[]> => {
      const menu = await ann.openMenu('Before and after')
      const texts = await menu.getByRole('menuitem').allTextContents()
      await ann.page.keyboard.press('Escape')
      return texts
    }
    expect(await items()).toEqual(['Copy'])
    raise()
    await expect.poll(items, waiting).toEqual(expect.arrayContaining(['Reply', 'Edit', 'Delete']))
    await ann.close()
  })

  it('shows the reactions, the pin and the replies of a root that is not in the loaded history, as they change', async () => {
    const user = async (externalUserId: string): Promise<string> =>
      ((await call('create-user', { body: { user: { externalUserId } } })) as { user: { id: string } }).user.id
    const [ann, bob] = [await user('root-ann'), await user('root-bob')]
    const created = await call('create-chat', { as: ann, body: { chat: { name: 'Long' }, users: [bob] } })
    const room = (created as { chat: { id: string } }).chat.id
    const post = async (as: string, body: object): Promise<string> =>
      (await call('new-message', { as, room, body: { type: 'text', ...body } })).id as string
    const react = (as: string, reaction: string) => call('set-reaction', { as, room, body: { message: root, reaction } })
    const root = await post(ann, { msg: 'The root' })
    await react(ann, '🎉')
    await call('set-pin', { as: ann, room, body: { message: root } })
    for (let n = 0; n < 120; n += 1) await post(ann, { msg: `filler ${n}\n.\n.\n.` })
    await post(ann, { msg: 'A late reply', thread: root })

    const window = await openWindow(browser, server.url, { id: 'root-bob', name: 'Bob' })
    await window.open('Long')
    await window.row('A late reply').getByRole('button', { name: 'In a thread' }).click()
    const thread = window.page.getByRole('complementary', { name: 'Thread' })
    const first = thread.getByRole('list', { name: 'First message of the thread' })
    await first.getByText('The root').waitFor()
    await first.getByRole('button', { name: '🎉 1' }).waitFor()
    await first.getByText('Pinned').waitFor()
    await thread.getByText('1 reply', { exact: true }).waitFor()
    await first.getByRole('button', { name: '🎉 1' }).click()
    const both = first.getByRole('button', { name: '🎉 2' })
    await both.waitFor()
    await expect.poll(() => both.getAttribute('aria-pressed'), waiting).toBe('true')
    await post(ann, { msg: 'Another reply', thread: root })
    await thread.getByText('2 replies', { exact: true }).waitFor()
    await call('set-pin', { as: ann, room, body: { message: root, on: false } })
    await first.getByText('Pinned').waitFor({ state: 'detached' })
    expect(await window.page.getByRole('log', { name: 'Messages' }).getByText('The root').count()).toBe(0)
    expect(await accessibilityProblems(window.page)).toEqual([])
    await window.close()
  })
})
