import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { accessibilityProblems } from './accessibility.ts'
import type { Window } from './window.ts'

/** The windows of Ann and Bob, who share the open chat Menus. */
export interface WindowsWithFiles {
  readonly ann: Window
  readonly bob: Window
  /** The pattern of the addresses of files. */
  readonly fileAddresses: string
}

const waiting = { timeout: 20_000, interval: 50 }

/** A picture of 400 × 300 pixels. */
const drawPicture = async ({ page }: Window): Promise<Buffer> => {
  const address = await page.evaluate(() => {
    interface Canvas {
      width: number
      height: number
      toDataURL(type: string): string
    }
    const { document } = globalThis as unknown as { readonly document: { createElement(name: string): Canvas } }
    const canvas = document.createElement('canvas')
    canvas.width = 400
    canvas.height = 300
    return canvas.toDataURL('image/png')
  })
  return Buffer.from(address.split(',')[1] ?? '', 'base64')
}

export const filesPageSuite = (chat: () => WindowsWithFiles): void => {
  const choose = (...files: readonly { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }[]) =>
    chat()
      .ann.page.locator('input[type=file]')
      .setInputFiles([...files])
  const uploads = ({ page }: Window) => page.getByRole('list', { name: 'Files of the message' }).getByRole('listitem')
  const text = (name: string, content = 'some text') => ({ name, mimeType: 'text/plain', buffer: Buffer.from(content) })
  const send = async (): Promise<void> => {
    const { ann } = chat()
    await ann.page.getByRole('button', { name: 'Send' }).click()
    await expect.poll(() => uploads(ann).count(), waiting).toBe(0)
  }
  const picture = (window: Window, name: string) => window.page.getByRole('log', { name: 'Messages' }).getByRole('img', { name })
  const isLoaded = (window: Window, name: string): Promise<boolean> =>
    picture(window, name).evaluate(
      (image: { readonly complete?: boolean; readonly naturalWidth?: number }) =>
        image.complete === true && image.naturalWidth === 400,
    )

  it('are sent with a text, and another member sees the picture and downloads the other file', async () => {
    const { ann, bob } = chat()
    await choose({ name: 'menu.png', mimeType: 'image/png', buffer: await drawPicture(ann) }, text('prices.txt', 'Pizza 9'))
    await expect.poll(() => uploads(ann).getByText('Uploaded').count(), waiting).toBe(2)
    expect(await accessibilityProblems(ann.page)).toEqual([])
    await ann.composer.fill('The menu')
    await send()
    for (const window of [ann, bob]) {
      await window.row('The menu').waitFor()
      await expect.poll(() => isLoaded(window, 'menu.png'), waiting).toBe(true)
    }
    const [saved] = await Promise.all([
      bob.page.waitForEvent('download'),
      bob.row('The menu').getByRole('button', { name: 'prices.txt' }).click(),
    ])
    expect(saved.suggestedFilename()).toBe('prices.txt')
    expect(readFileSync((await saved.path()) ?? '', 'utf8')).toBe('Pizza 9')
    for (const colorScheme of ['dark', 'light'] as const) {
      await bob.page.emulateMedia({ colorScheme })
      expect(await accessibilityProblems(bob.page)).toEqual([])
    }
  })

  it('are pictures with a known size: nothing moves when they are loaded', async () => {
    const { ann, bob, fileAddresses } = chat()
    const held = Promise.withResolvers<void>()
    await bob.page.route(fileAddresses, async (route) => {
      await held.promise
      await route.continue()
    })
    await choose({ name: 'slow.png', mimeType: 'image/png', buffer: await drawPicture(ann) })
    await expect.poll(() => uploads(ann).getByText('Uploaded').count(), waiting).toBe(1)
    await send()
    await picture(bob, 'slow.png').waitFor()
    const box = bob.page.locator('.picture').last()
    const before = await box.boundingBox()
    expect(await isLoaded(bob, 'slow.png')).toBe(false)
    held.resolve()
    await expect.poll(() => isLoaded(bob, 'slow.png'), waiting).toBe(true)
    expect(await box.boundingBox()).toEqual(before)
    expect([before?.width, before?.height]).toEqual([320, 240])
    await bob.page.unroute(fileAddresses)
  })

  it('can be pasted and dropped, and sent without a text', async () => {
    const { ann, bob } = chat()
    await ann.composer.evaluate((element: { dispatchEvent(event: unknown): void }) => {
      const {
        DataTransfer: Data,
        ClipboardEvent: Paste,
        File: Made,
      } = globalThis as unknown as {
        readonly DataTransfer: new () => { readonly items: { add(file: unknown): void } }
        readonly ClipboardEvent: new (type: string, options: object) => unknown
        readonly File: new (parts: readonly string[], name: string) => unknown
      }
      const clipboardData = new Data()
      clipboardData.items.add(new Made(['pasted'], 'pasted.txt'))
      element.dispatchEvent(new Paste('paste', { clipboardData, bubbles: true, cancelable: true }))
    })
    await ann.page.getByRole('region', { name: 'Menus' }).evaluate((element: { dispatchEvent(event: unknown): void }) => {
      const {
        DataTransfer: Data,
        DragEvent: Drag,
        File: Made,
      } = globalThis as unknown as {
        readonly DataTransfer: new () => { readonly items: { add(file: unknown): void } }
        readonly DragEvent: new (type: string, options: object) => unknown
        readonly File: new (parts: readonly string[], name: string) => unknown
      }
      const dataTransfer = new Data()
      dataTransfer.items.add(new Made(['dropped'], 'dropped.txt'))
      element.dispatchEvent(new Drag('drop', { dataTransfer, bubbles: true, cancelable: true }))
    })
    await expect.poll(() => uploads(ann).getByText('Uploaded').count(), waiting).toBe(2)
    await send()
    const log = bob.page.getByRole('log', { name: 'Messages' })
    await log.getByRole('button', { name: 'dropped.txt' }).waitFor()
    await log.getByRole('button', { name: 'pasted.txt' }).waitFor()
    // The names are the text for clients that show no files; the page does not repeat them.
    expect(await bob.shown()).not.toContain('pasted.txt, dropped.txt')
  })

  it('are refused with their name and the reason, and can be removed by keyboard before they are sent', async () => {
    const { ann } = chat()
    await choose(text('empty.txt', ''), text('good.txt'))
    await uploads(ann)
      .filter({ hasText: 'empty.txt' })
      .getByRole('alert')
      .filter({ hasText: 'empty.txt: The file is empty.' })
      .waitFor()
    await expect.poll(() => uploads(ann).getByText('Uploaded').count(), waiting).toBe(1)
    for (const name of ['Remove empty.txt', 'Remove good.txt']) {
      await ann.page.getByRole('button', { name }).focus()
      await ann.page.keyboard.press('Enter')
    }
    await expect.poll(() => uploads(ann).count(), waiting).toBe(0)
    expect(await ann.page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
    await choose(...Array.from({ length: 11 }, (_, index) => text(`${index}.txt`)))
    await uploads(ann)
      .filter({ hasText: '10.txt' })
      .getByRole('alert')
      .filter({ hasText: 'A message has at most 10 files.' })
      .waitFor()
    for (let index = 0; index <= 10; index += 1) await ann.page.getByRole('button', { name: `Remove ${index}.txt` }).click()
  })

  it('are refused with the reason of a failed upload, and can be tried again', async () => {
    const { ann, bob, fileAddresses } = chat()
    await ann.page.route(fileAddresses, (route) => route.abort())
    await choose(text('later.txt'))
    await uploads(ann).getByRole('alert').filter({ hasText: 'later.txt: ' }).waitFor()
    await ann.page.unroute(fileAddresses)
    await uploads(ann).getByRole('button', { name: 'Try again' }).click()
    await expect.poll(() => uploads(ann).getByText('Uploaded').count(), waiting).toBe(1)
    await send()
    await bob.page.getByRole('log', { name: 'Messages' }).getByRole('button', { name: 'later.txt' }).waitFor()
  })

  it('are gone for all members after the deletion of their message, and so are their old addresses', async () => {
    const { ann, bob } = chat()
    const address = await picture(bob, 'menu.png').getAttribute('src')
    const statusOf = async (): Promise<number> => (await fetch(address ?? '')).status
    expect(await statusOf()).toBe(200)
    await ann.act('The menu', 'Delete')
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    for (const window of [ann, bob]) await picture(window, 'menu.png').waitFor({ state: 'detached' })
    await expect.poll(statusOf, waiting).toBe(404)
  })

  it('leave no errors on the page, and break no rule of its policy', () => {
    const { ann, bob } = chat()
    const aborted = /ERR_FAILED/
    expect([...ann.complaints, ...bob.complaints].filter((line) => !aborted.test(line))).toEqual([])
  })
}
