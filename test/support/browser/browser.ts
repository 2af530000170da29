import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'
import { findChromium } from '../../../infra/native/chromium.ts'

/** Turns off the browser's own connections. */
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-default-browser-check',
]

/** A new headless Chromium. Root has no sandbox; the pages are trusted. */
export const openBrowser = async (): Promise<Browser> => {
  const executablePath = await findChromium()
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...quiet], timeout: 120_000 })
}

/** The reason why there is no browser; undefined if there is one. With CI=true a missing browser is an error. */
export const noBrowserReason = async (): Promise<string | undefined> => {
  try {
    await findChromium()
    return undefined
  } catch (error) {
    if (process.env.CI) throw error
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(`browser: not available, its tests are skipped: ${reason}\n`)
    return reason
  }
}
