import type { Browser, Page } from 'playwright-core'

/** Prepares a page before it is loaded. */
export type PreparePage = (page: Page) => Promise<void>

/**
 * Runs a bundled module in a page of this origin, and collects the lines that it
 * logs. An uncaught error is a line, too.
 */
export const runInBrowser = async (browser: Browser, origin: string, script: string, prepare?: PreparePage) => {
  const page = await browser.newPage()
  const lines: string[] = []
  await prepare?.(page)
  // The answer is plain text, so no content security policy blocks the script.
  await page.goto(origin)
  // The browser itself reports at other levels, a missing icon for example.
  page.on('console', (line) => {
    if (line.type() === 'log') lines.push(line.text())
  })
  page.on('pageerror', ({ message }) => lines.push(`error: ${message}`))
  await page.addScriptTag({ content: script, type: 'module' })
  return { lines: lines as readonly string[], close: () => page.close() }
}
