/** `node test/load/picture-report.ts REPORT.html FOLDER`: takes pictures of a report of the load tester, on a desktop and on a phone, in light and dark colours. */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openBrowser } from '../support/browser/browser.ts'

const widths = { desktop: 1_000, phone: 390 } as const
/** The visible part of the page; the whole page would be too long. */
const height = 1_400
const colours = ['light', 'dark'] as const

const [report = '', folder = ''] = process.argv.slice(2)
if (report === '' || folder === '') throw new Error('usage: picture-report.ts REPORT.html FOLDER')
mkdirSync(folder, { recursive: true })
await using browser = await openBrowser()
const page = await (await browser.newContext()).newPage()
await page.goto(pathToFileURL(resolve(report)).href)
for (const [size, width] of Object.entries(widths)) {
  for (const colorScheme of colours) {
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: join(folder, `report-${size}-${colorScheme}.png`), animations: 'disabled' })
  }
}
