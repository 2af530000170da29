import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'
import { findChromium } from '../../../infra/native/chromium.ts'

/** Talks to nobody but the pages it is sent to. */
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-default-browser-check',
]

/** A headless Chromium of its own. Root has no sandbox; the pages are ours. */
export const openBrowser = async (): Promise<Browser> => {
  const executablePath = await findChromium()
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...quiet], timeout: 120_000 })
}

/** Why there is no browser here; undefined where there is one. Under CI that is an error, not a reason. */
export const whyNoBrowser = async (): Promise<string | undefined> => {
  try {
    await findChromium()
    return undefined
  } catch (error) {
    if (process.env.CI) throw error
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(`browser: not to be had, tests that need it are skipped: ${reason}\n`)
    return reason
  }
}
