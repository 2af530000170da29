import type { Browser } from 'playwright-core'

/**
 * Runs a bundled module on the service's own origin, as the pages that may
 * connect are, and collects what it prints, line by line. What it fails with is a line, too.
 */
export const runInBrowser = async (browser: Browser, origin: string, script: string) => {
  const page = await browser.newPage()
  const lines: string[] = []
  // A line of text, without rules of its own on scripts.
  await page.goto(origin)
  // What the browser says by itself, of a missing icon for example, is none of it.
  page.on('console', (line) => {
    if (line.type() === 'log') lines.push(line.text())
  })
  page.on('pageerror', ({ message }) => lines.push(`error: ${message}`))
  await page.addScriptTag({ content: script, type: 'module' })
  return { lines: lines as readonly string[], close: () => page.close() }
}
