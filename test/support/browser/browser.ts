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
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...quiet] })
}
