import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoadReport } from '../load/report/load-report.ts'
import { until } from '../support/poll.ts'
import { projectFolder } from '../support/stack/replica.ts'
import { sharedStack, whyNoStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'

const shape = ['--users=12', '--rooms=4', '--room-size=3-6', '--rate=20', '--ramp=200ms', '--seed=1']

describe.skipIf(whyNoStack())('npm run load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'load-test-'))
  const [json, html] = [join(folder, 'report.json'), join(folder, 'report.html')]
  let chat: Chat
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 2, writers: 1 })
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true })
    await chat[Symbol.asyncDispose]()
  })

  const started = (...more: readonly string[]) => {
    const urls = chat.gateways.map(({ url }) => `--url=${url}`)
    const args = ['test/load/load-tester.ts', ...urls, ...shape, `--json=${json}`, `--html=${html}`, ...more]
    const child = spawn(process.execPath, args, { cwd: projectFolder })
    const printed = { text: '' }
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed.text += text))
    const ended = once(child, 'exit').then(([code]) => code as number)
    return { child, printed, ended, report: () => JSON.parse(readFileSync(json, 'utf8')) as LoadReport }
  }

  it('loads two gateways from two processes, checks the received frames, and reports as text, JSON and HTML', async () => {
    const { ended, report, printed } = started('--duration=3s', '--workers=2', '--fail-if=lost>0')
    expect(await ended, printed.text).toBe(0)
    const { totals, verdict, latencies } = report()
    expect(verdict).toEqual({ lost: 0, duplicated: 0, reordered: 0, gaps: 0, other: 0, problems: [] })
    expect(totals.confirmed).toBe(20 * 3 + 4)
    expect(latencies.received.count).toBeGreaterThan(totals.confirmed)
    expect(printed.text).toContain('lost 0, duplicated 0, reordered 0, gaps 0')
    expect(readFileSync(html, 'utf8')).toContain('Nothing lost, duplicated or reordered')
  })

  it('ends with 1 when a --fail-if condition is met', async () => {
    const { ended, printed } = started('--duration=1s', '--fail-if=max>0.001ms')
    expect(await ended, printed.text).toBe(1)
    expect(printed.text).toContain('failed condition: max>0.001ms')
  })

  it('is stopped by Ctrl-C, and reports the results so far', async () => {
    const { child, ended, report, printed } = started('--duration=10m')
    await until('messages to be sent', () => printed.text.includes('sending …'), { withinMs: 30_000 })
    child.kill('SIGINT')
    expect(await ended, printed.text).toBe(0)
    expect(report()).toMatchObject({ wasStopped: true, verdict: { lost: 0, problems: [] } })
    expect(printed.text).toContain('Stopped after')
  })

  it('ends with 2 and the reason if there is no gateway', async () => {
    const { ended, printed } = started('--url=ws://127.0.0.1:1/ws')
    expect(await ended).toBe(2)
    expect(printed.text).toContain('The load could not be run: --url: no socket at ws://127.0.0.1:1/ws: connect ECONNREFUSED')
  })
})
