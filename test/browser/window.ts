import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'

/** The chat page of one user, on a device of their own. */
export interface Window {
  readonly page: Page
  readonly person: Person
  /** Errors of the page and violations of its policy. */
  readonly complaints: readonly string[]
  open(chat: string): Promise<void>
  startChat(ids: string, name?: string): Promise<void>
  write(text: string): Promise<void>
  readonly composer: Locator
  /** The newest message of the open chat that has this text; quotes do not count. */
  row(text: string): Locator
  /** Opens the menu of the newest message that has this text. */
  openMenu(text: string): Promise<Locator>
  /** Picks an action from the menu of the newest message that has this text. */
  act(text: string, action: string): Promise<void>
  react(text: string, reaction: string): Promise<void>
  /** The messages of the open chat, from top to bottom. */
  shown(): Promise<string[]>
  close(): Promise<void>
}

export interface Person {
  readonly id: string
  readonly name: string
}

/** A device with a small touch screen. */
export const phone = { hasTouch: true, viewport: { width: 390, height: 780 } }

/** The open dialog with this title. */
export const dialog = ({ page }: Pick<Window, 'page'>, name: string): Locator => page.getByRole('dialog', { name, exact: true })

/** Some tests cut the connection. */
const isOfConnection = (text: string): boolean => /WebSocket connection to|ERR_CONNECTION_REFUSED/.test(text)

const listen = (page: Page): string[] => {
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (line) => {
    if (line.type() === 'error' && !isOfConnection(line.text())) complaints.push(line.text())
  })
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return complaints
}

/** Opens the page of the gateway with this WebSocket address, and signs in. */
export const openWindow = async (
  browser: Browser,
  url: string,
  person: Person,
  options: BrowserContextOptions = {},
): Promise<Window> => {
  const context = await browser.newContext(options)
  // Shorter than the time-out of a test, so that the failing step is reported.
  context.setDefaultTimeout(45_000)
  const page = await context.newPage()
  const complaints = listen(page)
  await page.goto(url.replace(/^ws/, 'http').replace(/\/ws$/, '/'))
  await page.getByLabel('Your id').fill(person.id)
  await page.getByLabel('Your name').fill(person.name)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('.account').getByText(person.id, { exact: true }).first().waitFor()
  const row: Window['row'] = (text) =>
    page
      .getByRole('log', { name: 'Messages' })
      .locator('.row')
      .filter({ has: page.locator('.bubble > p', { hasText: text }) })
      .last()
  const openMenu: Window['openMenu'] = async (text) => {
    await row(text).hover()
    await row(text).getByRole('button', { name: 'Message actions' }).click()
    return page.getByRole('menu', { name: 'Message actions' })
  }
  return {
    composer: page.getByRole('textbox', { name: /^Message to/ }),
    row,
    openMenu,
    act: async (text, action) => (await openMenu(text)).getByRole('menuitem', { name: action, exact: true }).click(),
    react: async (text, reaction) => (await openMenu(text)).getByRole('menuitemcheckbox', { name: reaction }).click(),
    page,
    person,
    complaints,
    open: (chat) => page.getByRole('navigation', { name: 'Chats' }).getByRole('link').filter({ hasText: chat }).first().click(),
    startChat: async (ids, name = '') => {
      await page.getByRole('button', { name: 'New chat' }).click()
      await page.getByLabel('Their ids').fill(ids)
      await page.getByLabel('Name of the chat').fill(name)
      await page.getByRole('button', { name: 'Start', exact: true }).click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    },
    write: async (text) => {
      await page.getByRole('textbox', { name: /^Message to/ }).fill(text)
      await page.getByRole('button', { name: 'Send' }).click()
    },
    shown: () => page.getByRole('log', { name: 'Messages' }).locator('.bubble p').allTextContents(),
    close: () => context.close(),
  }
}
