import { describe, expect, it } from 'vitest'
import { parseCondition } from '../../load/tester/conditions.ts'
import { parseOptions } from '../../load/tester/options.ts'
import { reportPage } from '../../load/tester/report-page.ts'
import { reportText } from '../../load/tester/report-text.ts'
import type { Series } from '../../load/tester/svg-chart.ts'
import { svgChart } from '../../load/tester/svg-chart.ts'
import { goodReport } from './report-fixture.ts'

describe('A condition of --fail-if', () => {
  it.each([
    ['p99>250ms', true],
    ['received.p99>1s', false],
    ['stored.p50>15ms', true],
    ['stored.max > 30.5ms', false],
    ['connect.mean<1ms', false],
    ['errors>0.5%', true],
    ['errors>1%', false],
    ['busy>40%', true],
    ['lost>0', false],
  ])('is evaluated against the numbers: %s is %s', (text, isMet) => {
    expect(parseCondition(text).isMet(goodReport)).toBe(isMet)
  })

  it.each(['p98>1ms', 'p99', 'p99>', 'p99=1ms', 'sent.p99>1ms', 'p99>1day'])('is refused if invalid: %s', (text) => {
    expect(() => parseCondition(text)).toThrow('is not a condition; write')
  })
})

describe('The report page', () => {
  const page = reportPage(goodReport)

  it('is self-contained', () => {
    expect(page).not.toMatch(/<script|<link|<img|src=|@import|https?:\/\//)
  })

  it('shows the results', () => {
    expect(page).toContain('Nothing lost, duplicated or reordered')
    expect(page).toContain('rate_limited')
    // Four charts in a wide and a narrow form, and two narrow ones.
    expect(page.match(/<svg/g)).toHaveLength(4 * 2 + 2)
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('shows violations, and that the tester was too busy', () => {
    const verdict = { lost: 1, duplicated: 0, reordered: 0, gaps: 0, other: 0, problems: ['I1: room 1: <b>lost</b>'] }
    const bad = reportPage({ ...goodReport, verdict, busy: { mean: 0.9, most: 0.95 }, failedConditions: ['p99>250ms'] })
    expect(bad).toContain('Something is wrong')
    expect(bad).toContain('I1: room 1: &lt;b&gt;lost&lt;/b&gt;')
    expect(bad).toContain('The tester itself was up to 95 % busy')
    expect(bad).toContain('Failed condition: p99&gt;250ms')
  })

  it('shows the command that repeats the run', () => {
    const [, command = ''] = /<pre>npm run load -- (.+)<\/pre>/.exec(page) ?? []
    const options = parseOptions(command.split(' '))
    expect(options).toMatchObject({ urls: goodReport.urls, shape: goodReport.shape, seed: goodReport.seed, workers: 1 })
  })

  it('shows addresses unchanged, as escaped text', () => {
    expect(reportPage({ ...goodReport, urls: ['ws://<script>'] })).toContain('ws://&lt;script&gt;')
  })
})

describe('The report text', () => {
  it('has the percentiles and the verdict', () => {
    const text = reportText(goodReport)
    expect(text).toContain('lost 0, duplicated 0, reordered 0, gaps 0')
    expect(text).toMatch(/send → received +3 /)
    expect(reportText({ ...goodReport, busy: { mean: 0.8, most: 0.9 } })).toContain('too busy')
  })
})

describe('A chart', () => {
  it('draws constant values and a single point', () => {
    const series = [{ label: 'a & b', colour: 'red', points: [[1, 0]] as const }]
    const svg = svgChart({ series, xText: String, yText: String }, 'wide')
    expect(svg).toContain('<title>1\na &amp; b: 0</title>')
    expect(svg).not.toMatch(/NaN|Infinity/)
  })

  it('has a limited number of places for the pointer', () => {
    const points = Array.from({ length: 5_000 }, (_, at) => [at, at] as const)
    const series: Series[] = [{ label: 'a', colour: 'red', points }]
    expect(svgChart({ series, xText: String, yText: String }, 'narrow').match(/class="spot"/g)).toHaveLength(200)
  })
})
