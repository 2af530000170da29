import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../infra/native/free-port.ts'
import type { LoadReport } from '../load/report/load-report.ts'
import { until } from '../support/poll.ts'
import { projectFolder } from '../support/stack/replica.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'

const shape = ['--users=12', '--rooms=4', '--room-size=3-6', '--ramp=200ms', '--seed=1']
const rate = '--rate=20'
const correct = { lost: 0, duplicated: 0, reordered: 0, gaps: 0, other: 0, problems: [] }

/** Starts a process whose clock is ahead by this time. */
const fastClock = (ms: number): string =>
  `--import=data:text/javascript,Object.defineProperty(performance,'timeOrigin',{value:performance.timeOrigin+${ms}})`

describe.skipIf(noStackReason())('npm run load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'load-test-'))
  const file = (name: string): string => join(folder, name)
  const [json, html] = [file('report.json'), file('report.html')]
  let chat: Chat
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 2, writers: 1 })
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true })
    await chat[Symbol.asyncDispose]()
  })

  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const child = spawn(process.execPath, ['test/load/load-tester.ts', ...args], {
      cwd: projectFolder,
      env: { ...process.env, ...env },
    })
    const printed = { text: '' }
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed.text += text))
    const ended = once(child, 'exit').then(([code]) => code as number)
    return { child, printed, ended, report: () => JSON.parse(readFileSync(json, 'utf8')) as LoadReport }
  }

  const started = (...more: readonly string[]) =>
    run([...chat.gateways.map(({ url }) => `--url=${url}`), ...shape, `--json=${json}`, `--html=${html}`, ...more])

  it('loads two gateways from two processes, checks the received frames, and reports as text, JSON and HTML', async () => {
    const { ended, report, printed } = started(rate, '--duration=3s', '--workers=2', '--fail-if=lost>0')
    expect(await ended, printed.text).toBe(0)
    const { totals, verdict, latencies } = report()
    expect(verdict).toEqual(correct)
    expect(totals.confirmed).toBe(20 * 3 + 4)
    expect(latencies.stored.count).toBe(20 * 3)
    expect(latencies.received.count).toBeGreaterThan(totals.confirmed)
    expect(printed.text).toContain('lost 0, duplicated 0, reordered 0, gaps 0')
    expect(readFileSync(html, 'utf8')).toContain('Nothing lost, duplicated or reordered')
  })

  it('sends the shares of a mix, reports each kind apart, and checks what the changes did to the messages', async () => {
    const mix = 'messages=50,reactions=20,edits=15,deletes=10,pins=5'
    const conditions = ['--fail-if=edits-stored.p99>1m', '--fail-if=reactions-received.p99>1m']
    const { ended, report, printed } = started(
      ...['--rate=60', '--duration=5s', '--workers=2', '--drops=1', `--mix=${mix}`],
      ...conditions,
    )
    expect(await ended, printed.text).toBe(0)
    const { verdict, kinds = {}, latencies, totals } = report()
    expect(verdict, printed.text).toEqual(correct)
    expect(Object.keys(kinds)).toEqual(['messages', 'reactions', 'edits', 'deletes', 'pins'])
    for (const { confirmed, stored, received } of Object.values(kinds)) {
      expect(confirmed).toBeGreaterThan(0)
      expect(stored.count).toBe(confirmed)
      expect(received.count).toBeGreaterThan(confirmed)
    }
    expect(kinds.messages?.confirmed).toBe(latencies.stored.count)
    expect(Object.values(kinds).reduce((sum, { confirmed }) => sum + confirmed, 0)).toBe(60 * 5)
    expect(totals.confirmed).toBe(60 * 5 + 4)
    expect(printed.text).toMatch(/by kind +sent +confirmed/)
  })

  it('types and marks messages as read beside the messages, reports both apart, and recounts the unread messages', async () => {
    const { ended, report, printed } = started(
      ...['--rate=20', '--duration=6s', '--workers=2', '--drops=1', '--mix=messages=80,deletes=20,read=auto,typing=auto'],
      ...['--fail-if=typing.p99>1m', '--fail-if=read.p99>1m'],
    )
    expect(await ended, printed.text).toBe(0)
    const { verdict, ephemeral, latencies, totals, kinds } = report()
    expect(verdict, printed.text).toEqual(correct)
    const { read, typing } = ephemeral?.kinds ?? {}
    for (const counts of [read, typing]) {
      expect(counts?.accepted).toBeGreaterThan(0)
      expect(counts?.sent).toBe((counts?.accepted ?? 0) + (counts?.dropped ?? 0) + (counts?.failed ?? 0))
      expect(counts?.received).toBeGreaterThan(0)
      expect(counts?.latency.count).toBeGreaterThan(0)
    }
    // The numbers of messages are those of a run without signals and markers.
    expect(totals.confirmed).toBe(20 * 6 + 4)
    expect(latencies.stored.count).toBe(kinds?.messages?.confirmed)
    expect(printed.text).toMatch(/beside +sent +accepted +dropped/)
  })

  it('ends with 1 when a --fail-if condition is met', async () => {
    const { ended, printed } = started(rate, '--duration=1s', '--fail-if=max>0.001ms')
    expect(await ended, printed.text).toBe(1)
    expect(printed.text).toContain('failed condition: max>0.001ms')
  })

  it('is stopped by Ctrl-C, and reports the results so far', async () => {
    const { child, ended, report, printed } = started(rate, '--duration=10m')
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

  it('changes the rate in stages, and writes CSV, JUnit, and a comparison with a former run', async () => {
    const former = started(rate, '--duration=1s')
    expect(await former.ended, former.printed.text).toBe(0)
    const before = file('before.json')
    writeFileSync(before, JSON.stringify(former.report()))
    const files = [`--csv=${file('seconds.csv')}`, `--junit=${file('results.xml')}`, `--compare=${before}`]
    const { ended, report, printed } = started('--stage=2s:40', '--stage=1s:0', '--fail-if=errors>1%', ...files)
    expect(await ended, printed.text).toBe(0)
    const { totals, verdict, thresholds, comparison } = report()
    expect(verdict).toEqual(correct)
    expect(totals.confirmed).toBe(40 + 20 + 4)
    expect(thresholds).toMatchObject([{ text: 'errors>1%', found: '0 %', isMissed: false }])
    expect(comparison?.differences).toEqual(['rate or stages: 20 for 1s → 2s:40, 1s:0'])
    expect(readFileSync(file('seconds.csv'), 'utf8')).toMatch(/^seconds,open_sockets,sent.*\r\n\d/)
    expect(readFileSync(file('results.xml'), 'utf8')).toContain('<testsuite name="thresholds" tests="1" failures="0"')
  })

  it.each(['open', 'closed'])(
    'runs a scenario of the %s model, in which users join rooms, read, send and leave',
    async (model) => {
      const scenario = file(`${model}.json`)
      const flow = [
        { do: 'join' },
        { do: 'read-history' },
        { do: 'think', time: '20ms-100ms' },
        { do: 'send', count: 2 },
        { do: 'react' },
        { do: 'edit' },
        { do: 'delete' },
        { do: 'leave' },
      ]
      writeFileSync(scenario, JSON.stringify({ model, stages: [{ duration: '3s', target: 8 }], flow }))
      const { ended, report, printed } = started(
        `--scenario=${scenario}`,
        '--workers=2',
        '--drops=1',
        '--fail-if=iteration.p50>1m',
      )
      expect(await ended, printed.text).toBe(0)
      const { verdict, scenario: result, totals } = report()
      expect(verdict).toEqual(correct)
      const { iterations, actions } = result ?? {}
      expect(iterations?.completed).toBeGreaterThan(0)
      expect(actions?.join?.count).toBeGreaterThanOrEqual(iterations?.completed ?? 0)
      // A room, and for each iteration a join, two messages, three changes and a leave.
      expect(totals.confirmed).toBeGreaterThanOrEqual(4 + 7 * (iterations?.completed ?? 0))
      expect(printed.text).toMatch(/read-history +\d+ /)
    },
  )

  it('shares the load with agents, and judges all of it together though their clocks differ', async () => {
    const env = { CHAT_LOAD_KEY: 'the key of this test run' }
    const port = await freePort()
    const urls = chat.gateways.map(({ url }) => `--url=${url}`)
    const outputs = [`--json=${json}`, `--html=${html}`]
    const whole = run(
      [...urls, ...shape, rate, '--duration=3s', '--agents=2', `--agent-listen=127.0.0.1:${port}`, ...outputs],
      env,
    )
    const join = `ws://127.0.0.1:${port}`
    await until('the coordinator to listen', () => whole.printed.text.includes(`--agent ${join}`), { withinMs: 30_000 })
    const same = run([`--agent=${join}`, '--workers=2'], env)
    const fast = run([`--agent=${join}`], { ...env, NODE_OPTIONS: fastClock(60_000) })
    expect(await whole.ended, whole.printed.text + fast.printed.text).toBe(0)
    expect([await same.ended, await fast.ended]).toEqual([0, 0])
    const { verdict, totals, latencies, machines = [] } = whole.report()
    expect(verdict).toEqual(correct)
    expect(totals.confirmed).toBe(20 * 3 + 4)
    expect(latencies.received.max).toBeLessThan(30_000)
    expect(machines.map(({ processes }) => processes).toSorted()).toEqual([1, 1, 2])
    const offsets = machines.map(({ clockOffsetMs }) => Math.round(clockOffsetMs / 1_000)).toSorted((a, b) => a - b)
    expect(offsets.map(Math.abs)).toEqual([60, 0, 0])
    expect(readFileSync(html, 'utf8')).toContain('accurate to ±')
  })

  it('does not load a target on another machine from an agent whose person has not confirmed it', async () => {
    const env = { CHAT_LOAD_KEY: 'the key of this test run' }
    const port = await freePort()
    const target = ['--url=ws://10.255.255.1/ws', '--i-own-this-target', '--workers=0']
    const whole = run([...target, ...shape, rate, '--agents=1', `--agent-listen=127.0.0.1:${port}`], env)
    await until('the coordinator to listen', () => whole.printed.text.includes('--agent ws'), { withinMs: 30_000 })
    const agent = run([`--agent=ws://127.0.0.1:${port}`], env)
    expect([await whole.ended, await agent.ended]).toEqual([2, 0])
    expect(whole.printed.text).toContain('10.255.255.1 is not this machine. Use --i-own-this-target')
  })

  it('fails with the reason when an agent is gone', async () => {
    const env = { CHAT_LOAD_KEY: 'the key of this test run' }
    const port = await freePort()
    const whole = run(
      [`--url=${chat.gateways[0]?.url}`, ...shape, rate, '--duration=10m', '--agents=1', `--agent-listen=127.0.0.1:${port}`],
      env,
    )
    await until('the coordinator to listen', () => whole.printed.text.includes('--agent ws'), { withinMs: 30_000 })
    const agent = run([`--agent=ws://127.0.0.1:${port}`], env)
    await until('messages to be sent', () => whole.printed.text.includes('sending …'), { withinMs: 30_000 })
    agent.child.kill('SIGKILL')
    expect(await whole.ended).toBe(2)
    expect(whole.printed.text).toMatch(/The load could not be run: the agent on .+ is gone/)
  })
})
