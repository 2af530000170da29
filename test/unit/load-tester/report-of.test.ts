import { describe, expect, it } from 'vitest'
import { kindReports } from '../../load/report/kind-reports.ts'
import type { Outcome } from '../../load/report/report-of.ts'
import { reportOf } from '../../load/report/report-of.ts'
import { reportPage } from '../../load/report/report-page.ts'
import { parseOptions } from '../../load/tester/options.ts'
import { createLatencies } from '../../support/load/latencies.ts'
import { createLoadContext } from '../../support/load/load-context.ts'

const options = parseOptions(['--url', 'ws://127.0.0.1:1/ws', '--fail-if', 'p99>250ms', '--fail-if', 'lost>0'])
const none = createLatencies().summary()
const { counts } = createLoadContext({ tag: 1, seed: 1, startMs: 0 })

/** A run in which nothing was received. */
const outcome: Outcome = {
  counts: [counts],
  latencies: { connect: none, stored: none, received: none },
  scenario: [],
  verdict: { lost: 0, duplicated: 0, reordered: 0, gaps: 0, other: 0, problems: [] },
  seconds: [],
  sendingFrom: 0,
  sendingTo: 0,
  startMs: 0,
  wasStopped: false,
}

describe('The report of a run', () => {
  it('misses a threshold on a latency that has no values', () => {
    expect(reportOf(options, outcome).failedConditions).toEqual(['p99>250ms'])
  })

  it('misses no threshold for a missing value while the run takes place', () => {
    const report = reportOf(options, { ...outcome, verdict: undefined, phase: 'connecting' })
    expect(report.failedConditions).toEqual([])
    expect(reportPage(report)).toContain('<td>received p99</td><td>&gt; 250 ms</td><td>no values</td><td>–</td>')
  })

  it('has each kind of commands over all processes, if there were others than messages', () => {
    const histogram = (...times: readonly number[]): string => {
      const recorded = createLatencies()
      for (const ms of times) recorded.record(ms)
      return recorded.encode()
    }
    const result = (sent: number, ms: number) => ({
      counts: { sent, confirmed: sent, refused: 0 },
      stored: histogram(ms),
      received: histogram(ms, ms),
    })
    const kinds = kindReports([
      { messages: result(9, 1), edits: result(1, 50) },
      { messages: result(8, 1), edits: result(2, 50) },
      {},
    ])
    expect(kinds?.edits).toMatchObject({ sent: 3, confirmed: 3, refused: 0, stored: { count: 2 }, received: { count: 4 } })
    expect(kinds?.messages).toMatchObject({ sent: 17, stored: { max: expect.closeTo(1, 1) } })
    expect(reportOf(options, { ...outcome, kinds }).kinds).toEqual(kinds)
    expect(kindReports([{ messages: result(9, 1) }])).toBeUndefined()
  })

  it('has the command and the counts of all processes', () => {
    const report = reportOf(options, {
      ...outcome,
      counts: [
        { ...counts, confirmed: 3 },
        { ...counts, confirmed: 4, refused: { timeout: 2 } },
      ],
    })
    expect(report.totals).toMatchObject({ confirmed: 7, refused: 2 })
    expect(report.refusedBy).toEqual({ timeout: 2 })
    expect(report.command).toContain("--fail-if 'lost>0'")
  })
})
