import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLiveServer } from '../load/outputs/live-server.ts'
import type { LoadReport } from '../load/report/load-report.ts'
import { reportPage } from '../load/report/report-page.ts'
import { parseThreshold } from '../load/tester/thresholds.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import { goodReport } from '../unit/load-tester/report-fixture.ts'

describe.skipIf(await noBrowserReason())('The report of a load test, in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'load-report-'))
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const opened = async (url: string, width = 1_000): Promise<Page> => {
    const page = await (await browser.newContext({ viewport: { width, height: 800 } })).newPage()
    await page.goto(url)
    return page
  }

  const savedReport = (): string => {
    const thresholds = [parseThreshold('p99>250ms', { isChecked: true }).evaluate(goodReport)]
    const file = join(folder, 'report.html')
    writeFileSync(file, reportPage({ ...goodReport, thresholds, failedConditions: ['p99>250ms'] }))
    return pathToFileURL(file).href
  }

  const firstChart = (page: Page) => page.locator('figure svg:visible').first()

  it('shows the values of a chart under the pointer at once', async () => {
    const page = await opened(savedReport())
    expect(await page.locator('.tip').isVisible()).toBe(false)
    // Waits until the chart stands still, and moves to its centre.
    await firstChart(page).hover()
    await page.locator('.tip').waitFor({ state: 'visible', timeout: 5_000 })
    expect(await page.locator('.tip div').allTextContents()).toEqual([
      '0:01',
      'received, p99: 400 ms',
      'stored, p99: 30.0 ms',
      'received, p50: 20.0 ms',
      'stored, p50: 10.0 ms',
    ])
    await page.mouse.move(5, 5)
    await page.locator('.tip').waitFor({ state: 'hidden', timeout: 5_000 })
  })

  it('shows the values of the focused chart by the arrow keys', async () => {
    const page = await opened(savedReport())
    await firstChart(page).focus()
    const heads: (string | null)[] = []
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft']) {
      await page.keyboard.press(key)
      heads.push(await page.locator('.tip div').first().textContent())
    }
    expect(heads).toEqual(['0:00', '0:01', '0:02', '0:02', '0:01'])
    await page.keyboard.press('Escape')
    expect(await page.locator('.tip').isVisible()).toBe(false)
  })

  it('fits on a phone', async () => {
    const page = await opened(savedReport(), 390)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  })

  it('is renewed while the run takes place, until it shows the final report', async () => {
    const live = await startLiveServer(0)
    let confirmed = 17
    const latencies = (): LoadReport['latencies'] => ({
      ...goodReport.latencies,
      stored: { ...goodReport.latencies.stored, count: confirmed },
    })
    live.show(() => ({ ...goodReport, phase: 'sending', latencies: latencies() }))
    const page = await opened(live.url)
    await page.locator('.card strong', { hasText: '17' }).waitFor({ timeout: 5_000 })
    confirmed = 23
    await page.locator('.card strong', { hasText: '23' }).waitFor({ timeout: 5_000 })
    await live.end(goodReport)
    await page.locator('h2', { hasText: 'Nothing lost' }).waitFor({ timeout: 5_000 })
    expect(await page.locator('.live').count()).toBe(0)
  })
})
