import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compareReports } from '../../load/report/comparison.ts'
import { readFormerReport } from '../../load/report/former-report.ts'
import { reportPage } from '../../load/report/report-page.ts'
import { reportText } from '../../load/report/report-text.ts'
import { goodReport, mixedReport, scenarioReport } from './report-fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'load-comparison-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const fileWith = (content: string): string => {
  const file = join(folder, 'former.json')
  writeFileSync(file, content)
  return file
}

const faster = {
  ...goodReport,
  latencies: { ...goodReport.latencies, received: { ...goodReport.latencies.received, p99: 100 } },
}

describe('A comparison with a former run', () => {
  it('has both values of each number, and the change', () => {
    const comparison = compareReports(faster, goodReport)
    expect(comparison.values).toContainEqual({
      name: 'send → received, p99',
      unit: 'ms',
      before: 100,
      now: expect.closeTo(400, 0),
    })
    const report = { ...goodReport, comparison }
    expect(reportPage(report)).toContain('<td>send → received, p99</td><td>100 ms</td><td>400 ms</td><td>+300 %</td>')
    expect(reportText(report)).toMatch(/send → received, p99 +100 ms → +400 ms +\+300 %/)
    expect(comparison.differences).toEqual([])
  })

  it('names options that differ, because the numbers then differ for this reason too', () => {
    const stages = [{ durationMs: 30_000, target: 100 }]
    const now = { ...scenarioReport, shape: { ...goodReport.shape, users: 7, rampMs: 1_000, stages } }
    const { differences } = compareReports(goodReport, now)
    expect(differences).toEqual([
      'users: 100 → 7',
      'rate or stages: 100 for 1m → 30s:100',
      'ramp: 5s → 1s',
      'scenario: none → open: join, read-history, think 1s-5s, send, leave',
    ])
    expect(reportPage({ ...now, comparison: compareReports(goodReport, now) })).toContain('users: 100 → 7')
  })

  it('has the latencies of each kind of commands that both runs have, and names a mix that differs', () => {
    const { differences } = compareReports(goodReport, mixedReport)
    expect(differences).toEqual(['mix: messages=100 → messages=90,reactions=8,edits=2'])
    const names = compareReports(mixedReport, mixedReport).values.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['reactions, stored, p99', 'reactions, received, p99', 'edits, stored, p99']))
    expect(names).not.toContain('edits, received, p99')
    expect(compareReports(goodReport, mixedReport).values.map(({ name }) => name)).not.toContain('reactions, stored, p99')
  })

  it('reads a report of an earlier version, which has no stages', () => {
    const { stages: _, ...shape } = goodReport.shape
    const { thresholds: __, command: ___, ...earlier } = { ...goodReport, shape }
    const former = readFormerReport(fileWith(JSON.stringify(earlier)))
    expect(compareReports(former, goodReport).differences).toEqual([])
  })

  it.each([
    ['no JSON', /--compare: cannot read .*former\.json: .*JSON/],
    ['{}', /--compare: .*former\.json is not a report of the load tester: startedAt: /],
    [
      JSON.stringify({ ...goodReport, latencies: { connect: {} } }),
      /is not a report of the load tester: latencies\.connect\.count: /,
    ],
  ])('refuses a file that is not a report: %s', (content, reason) => {
    expect(() => readFormerReport(fileWith(content))).toThrow(reason)
  })
})
