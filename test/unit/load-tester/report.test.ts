import { describe, expect, it } from 'vitest'
import { reportPage } from '../../load/report/report-page.ts'
import { reportText } from '../../load/report/report-text.ts'
import type { Series } from '../../load/report/svg-chart.ts'
import { svgChart } from '../../load/report/svg-chart.ts'
import { parseThreshold } from '../../load/tester/thresholds.ts'
import { ephemeralReport, goodReport, mixedReport, scenarioReport } from './report-fixture.ts'

const thresholds = (...texts: readonly string[]) =>
  texts.map((text) => parseThreshold(text, { isChecked: true }).evaluate(goodReport))

describe('The report page', () => {
  const page = reportPage(goodReport)

  it('is self-contained', () => {
    expect(page).not.toMatch(/<script src|<link|<img|src=|@import/)
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//)
  })

  it('shows the results', () => {
    expect(page).toContain('Nothing lost, duplicated or reordered')
    expect(page).toContain('rate_limited')
    // Four charts in a wide and a narrow form, and two narrow ones.
    expect(page.match(/<svg/g)).toHaveLength(4 * 2 + 2)
    expect(page).not.toMatch(/NaN|Infinity/)
  })

  it('shows signals and read markers apart, and nothing of them in the numbers of messages', () => {
    const shown = reportPage(ephemeralReport)
    const row = (name: string) =>
      shown
        .match(new RegExp(`<tr><td>${name}</td>(.*?)</tr>`))?.[1]
        ?.replaceAll(/<[^>]*>/g, ' ')
        .trim()
        .split(/ {2,}/)
    expect(row('read')).toEqual(['50', '49', '0', '1', '120', '600 ms', '900 ms', '900 ms'])
    expect(row('typing')).toEqual(['80', '70', '10', '0', '0', '–', '–', '–'])
    expect(shown).toContain('These 1,234 frames (56,789 bytes) are in no other number')
    expect(reportPage(goodReport)).not.toContain('Signals and read markers')
    const [text, plain] = [reportText(ephemeralReport), reportText(goodReport)]
    expect(text).toMatch(/read +50 +49 +0 +1 +120 +600 ms +900 ms/)
    expect(text).toMatch(/typing +80 +70 +10 +0 +0 +– +–/)
    expect(plain).not.toContain('beside')
    for (const line of plain.split('\n')) expect(text.split('\n')).toContain(line)
  })

  it('has two verdicts: a missed threshold does not make a correct run look incorrect', () => {
    const results = thresholds('p99>250ms', 'stored.p50>1s')
    const missed = reportPage({ ...goodReport, thresholds: results, failedConditions: ['p99>250ms'] })
    expect(missed).toMatch(/class="banner good"><p class="subject">Correctness<\/p><h2>Nothing lost/)
    expect(missed).toMatch(/class="banner bad"><p class="subject">Thresholds<\/p><h2>1 of 2 missed/)
  })

  it('has two verdicts: a lost message does not hide that all thresholds are kept', () => {
    const verdict = { lost: 1, duplicated: 0, reordered: 0, gaps: 0, other: 0, problems: ['I1: room 1: <b>lost</b>'] }
    const wrong = reportPage({ ...goodReport, verdict, thresholds: thresholds('p99>1s') })
    expect(wrong).toMatch(/class="banner bad"><p class="subject">Correctness<\/p><h2>1 lost/)
    expect(wrong).toContain('I1: room 1: &lt;b&gt;lost&lt;/b&gt;')
    expect(wrong).toMatch(/class="banner good"><p class="subject">Thresholds<\/p><h2>Kept/)
  })

  it('has a table of the thresholds with the values found', () => {
    const results = thresholds('p99>250ms', 'stored.p50>1s', 'errors>2%', 'busy>40%')
    const rows = [...reportPage({ ...goodReport, thresholds: results }).matchAll(/<tr><td>(.*?)<\/td><\/tr>/g)]
    const cells = rows.map(([, row = '']) => row.replaceAll(/<\/?b[^>]*>/g, '').split('</td><td>'))
    expect(cells).toEqual(
      expect.arrayContaining([
        ['received p99', '&gt; 250 ms', '400 ms', '✗ missed'],
        ['stored p50', '&gt; 1,000 ms', '20.0 ms', '✓ kept'],
        ['errors', '&gt; 2 %', '1 %', '✓ kept'],
        ['busy', '&gt; 40 %', '50 %', '✗ missed'],
      ]),
    )
  })

  it('states that the frames were not checked, and that there are no thresholds', () => {
    const unchecked = reportPage({ ...goodReport, verdict: undefined })
    expect(unchecked).toContain('Not checked')
    expect(unchecked).toContain('None set')
  })

  it('warns that the tester was too busy, or was stopped', () => {
    const busy = reportPage({ ...goodReport, busy: { mean: 0.9, most: 0.95 }, wasStopped: true })
    expect(busy).toContain('The tester itself was up to 95 % busy')
    expect(busy).toContain('The run was stopped before its end.')
  })

  it('shows the flow of a scenario, its iterations, failures and durations', () => {
    const shown = reportPage(scenarioReport)
    for (const text of ['Scenario “desk”, open model', 'think time 1s-5s', 'join: rate_limited', '<td>read-history</td>'])
      expect(shown).toContain(text)
  })

  it('shows each kind of commands of a mix apart, and no such table for messages only', () => {
    const shown = reportPage(mixedReport)
    expect(shown).toContain('<h2>Commands by kind</h2>')
    expect(shown).toContain(
      '<tr><td>reactions</td><td>8 %</td><td>80</td><td>79</td><td>1</td><td>15.0 ms</td><td>15.0 ms</td><td>45.0 ms</td><td>45.0 ms</td></tr>',
    )
    expect(shown).toMatch(/<td>edits<\/td><td>2 %<\/td>.*<td>–<\/td><td>–<\/td><\/tr>/)
    expect(shown).toContain('messages=90,reactions=8,edits=2')
    // Of the 100 commands a second, 90 are messages.
    expect(shown).toContain('; 90 were due')
    expect(page).not.toContain('Commands by kind')
  })

  it('shows the clocks of several machines, and the accuracy of latencies between them', () => {
    const machines = [
      { name: 'one', processes: 1, clockOffsetMs: 0, clockErrorMs: 0 },
      { name: 'two', processes: 4, clockOffsetMs: -812, clockErrorMs: 0.5 },
      { name: 'three', processes: 4, clockOffsetMs: 3, clockErrorMs: 2 },
    ]
    const shown = reportPage({ ...goodReport, machines })
    expect(shown).toContain('<td>two</td><td>4</td><td>−812 ms</td><td>± 0.50 ms</td>')
    expect(shown).toContain('accurate to ± 2.50 ms')
  })

  it('shows the command that repeats the run, and what to replace in it', () => {
    expect(page).toContain(`<pre>${goodReport.command}</pre>`)
    expect(page).not.toContain('Replace TOKENS_FILE')
    expect(reportPage({ ...goodReport, command: 'npm run load -- --tokens TOKENS_FILE' })).toContain('Replace TOKENS_FILE')
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

  it('has the thresholds with the values found', () => {
    const text = reportText({ ...goodReport, thresholds: thresholds('p99>250ms'), failedConditions: ['p99>250ms'] })
    expect(text).toMatch(/✗ missed {2}received p99 +400 ms {3}fails if > 250 ms/)
    expect(text).toContain('failed condition: p99>250ms')
  })

  it('has a line for each kind of commands of a mix', () => {
    const text = reportText(mixedReport)
    expect(text).toMatch(/ {2}reactions +80 +79 +1 +15\.0 ms +15\.0 ms +45\.0 ms +45\.0 ms\n/)
    expect(text).toMatch(/ {2}edits +20 +20 +0 +70\.0 ms +70\.0 ms +– +–\n/)
    expect(reportText(goodReport)).not.toContain('by kind')
  })

  it('has the iterations of a scenario', () => {
    const text = reportText(scenarioReport)
    expect(text).toContain('iterations: 10 started, 8 completed, 1 failed, 0 dropped, 1 interrupted')
    expect(text).toContain('failed steps: join: rate_limited 1')
    expect(text).toMatch(/read-history +2 /)
  })
})

describe('A chart', () => {
  it('draws constant values and a single point', () => {
    const series = [{ label: 'a & b', colour: 'red', points: [[1, 0]] as const }]
    const svg = svgChart({ series, xText: String, yText: String }, 'wide')
    expect(svg).toContain('<title>1\na &amp; b: 0</title>')
    expect(svg).not.toMatch(/NaN|Infinity/)
  })

  it('has the position of each value, for the dots under the pointer', () => {
    const points = (y: number) =>
      [
        [0, 0],
        [1, y],
      ] as const
    const series = [
      { label: 'a', colour: 'red', points: points(10) },
      { label: 'b', colour: 'blue', points: points(5).slice(1) },
    ]
    const svg = svgChart({ series, xText: String, yText: String, valueText: (y) => `${y} ms` }, 'wide')
    expect(svg).toContain('data-colours="red;blue"')
    expect(svg).toContain('data-x="58.0" data-ys="212.0;"><title>0\na: 0 ms</title>')
    expect(svg).toContain('data-x="742.0" data-ys="20.0;116.0"><title>1\na: 10 ms\nb: 5 ms</title>')
  })

  it('has a limited number of places for the pointer', () => {
    const points = Array.from({ length: 5_000 }, (_, at) => [at, at] as const)
    const series: Series[] = [{ label: 'a', colour: 'red', points }]
    expect(svgChart({ series, xText: String, yText: String }, 'narrow').match(/class="spot"/g)).toHaveLength(200)
  })
})
