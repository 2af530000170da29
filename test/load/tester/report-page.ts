import type { LatencySummary } from '../../support/load/latencies.ts'
import { commandLine } from './command-line.ts'
import type { LoadReport, Verdict } from './load-report.ts'
import { tooBusy } from './load-report.ts'
import { pageStyle } from './page-style.ts'
import type { Chart, Series } from './svg-chart.ts'
import { legend, svgChart } from './svg-chart.ts'
import { axisText, clockText, msText, whole } from './units.ts'

const htmlText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.01 && share > 0 ? 2 : 0)} %`

const brokenCount = ({ lost, duplicated, reordered, gaps, other }: Verdict): number =>
  lost + duplicated + reordered + gaps + other

const banner = ({ verdict, failedConditions, wasStopped, busy, totals }: LoadReport): string => {
  const notes = [
    ...(wasStopped ? ['It was stopped before its end.'] : []),
    ...failedConditions.map((text) => `Failed condition: ${text}`),
    ...(busy.most > tooBusy
      ? [
          `The tester itself was up to ${percent(busy.most)} busy: the latencies include its own delays. Use --workers, or more machines.`,
        ]
      : []),
  ]
  const more = notes.map((note) => `<p>${htmlText(note)}</p>`).join('')
  if (verdict === undefined) return `<section class="banner plain"><h2>Measured, not judged</h2>${more}</section>`
  if (brokenCount(verdict) > 0) {
    const problems = verdict.problems.map((problem) => `<li>${htmlText(problem)}</li>`).join('')
    return `<section class="banner bad"><h2>Something is wrong</h2>${more}<ul>${problems}</ul></section>`
  }
  const isBad = failedConditions.length > 0
  return `<section class="banner ${isBad ? 'bad' : 'good'}"><h2>Nothing lost, duplicated or reordered</h2>
    <p>All ${whole(totals.confirmed)} confirmed commands, and each of the ${whole(totals.frames)} frames that came to the sockets, were held against the rooms’ own history.</p>${more}</section>`
}

const card = (title: string, value: string, detail: string): string =>
  `<div class="card"><h3>${title}</h3><strong>${value}</strong><p>${detail}</p></div>`

const latencyCard = (title: string, { count, p50, p99 }: LatencySummary): string =>
  count === 0 ? card(title, '–', 'never') : card(title, msText(p50), `median; 99 % within ${msText(p99)}`)

const cards = ({ totals, latencies, shape, sendingFrom, sendingTo, verdict }: LoadReport): string => {
  const seconds = Math.max(1, sendingTo - sendingFrom)
  const { stored, received, connect } = latencies
  const fanOut = totals.confirmed === 0 ? 0 : received.count / totals.confirmed
  return [
    card(
      'Confirmed',
      whole(totals.confirmed),
      `${whole(totals.confirmed / seconds)} a second; ${whole(shape.rate)} were asked for`,
    ),
    card('Delivered', whole(received.count), `to others, ${fanOut.toFixed(1)} for each message`),
    card(
      'Lost · duplicated · reordered',
      verdict === undefined ? '–' : `${verdict.lost} · ${verdict.duplicated} · ${verdict.reordered}`,
      totals.refused === 0 ? 'nothing refused' : `${whole(totals.refused)} attempts refused or unknown`,
    ),
    latencyCard('Send → stored', stored),
    latencyCard('Send → received', received),
    latencyCard('Connect → bound', connect),
  ].join('')
}

const figure = (title: string, chart: Chart, isHalf = false): string => {
  const drawn = isHalf ? svgChart(chart, 'narrow') : svgChart(chart, 'wide') + svgChart(chart, 'narrow')
  const heading = `<figcaption>${title}<span class="keys">${legend(chart.series)}</span></figcaption>`
  return `<figure${isHalf ? ' class="half"' : ''}>${heading}${drawn}</figure>`
}

const overTime = (report: LoadReport): string => {
  const { seconds, sendingFrom, sendingTo } = report
  type Of = (second: LoadReport['seconds'][number]) => number
  const line = (label: string, colour: string, of: Of, isFilled = false): Series => ({
    label,
    colour: `var(--${colour})`,
    points: seconds.map((second) => [Math.round(second.at * 10) / 10, of(second)] as const),
    isFilled,
  })
  /** A second in which nothing arrived has no latency. */
  const latencyLine = (label: string, colour: string, of: Of): Series => {
    const all = line(label, colour, of)
    return { ...all, points: all.points.filter(([, ms]) => ms > 0) }
  }
  const ends = [seconds.at(0)?.at ?? 0, seconds.at(-1)?.at ?? 0] as const
  const shared = {
    xText: (x: number): string => clockText(x * 1_000),
    xs: ends,
    band: { from: Math.max(sendingFrom, ends[0]), to: Math.min(sendingTo, ends[1]), label: 'messages are sent' },
  }
  const messages = [line('sent', 'blue', ({ sent }) => sent), line('confirmed', 'green', ({ confirmed }) => confirmed, true)]
  const frames = [line('frames at the sockets', 'violet', ({ frames: count }) => count, true)]
  const latency = [
    latencyLine('received, p99', 'red', ({ receivedP99 }) => receivedP99),
    latencyLine('stored, p99', 'amber', ({ storedP99 }) => storedP99),
    latencyLine('received, p50', 'blue', ({ receivedP50 }) => receivedP50),
    latencyLine('stored, p50', 'green', ({ storedP50 }) => storedP50),
  ]
  const sockets = [line('open', 'blue', ({ open }) => open, true)]
  const busy = [line('busiest process', 'amber', ({ busy: share }) => share, true)]
  return [
    figure('Latency, second by second', { ...shared, series: latency, yText: axisText }),
    figure('Messages a second', { ...shared, series: messages, yText: whole }),
    figure('Deliveries a second', { ...shared, series: frames, yText: whole }),
    '<div class="pair">',
    figure('Sockets', { ...shared, series: sockets, yText: whole }, true),
    figure('The tester itself', { ...shared, series: busy, yText: percent, yLeast: 1 }, true),
    '</div>',
  ].join('')
}

/** Percentiles on a logarithmic scale: each further nine has the same width. */
const nines = (percentile: number): number => -Math.log10(Math.max(1 - percentile / 100, 1e-4))
const percentileText = (x: number): string => `${Number((100 * (1 - 10 ** -x)).toFixed(2))} %`

const curve = ({ latencies }: LoadReport): string => {
  const line = (label: string, colour: string, { curve: points }: LatencySummary): Series => ({
    label,
    colour: `var(--${colour})`,
    points: points.map(([percentile, ms]) => [nines(percentile), ms] as const),
  })
  const series = [line('received', 'blue', latencies.received), line('stored', 'green', latencies.stored)]
  const xMarks = [0, 50, 90, 99, 99.9, 99.99].map(nines)
  return figure('Latency by percentile', { series, xText: percentileText, xMarks, yText: axisText })
}

const row = (cells: readonly string[], tag = 'td'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`

const latencyTable = ({ latencies }: LoadReport): string => {
  const names = { connect: 'connect → bound', stored: 'send → stored', received: 'send → received' } as const
  const rows = Object.entries(names).map(([key, name]) => {
    const { count, mean, p50, p90, p99, p999, max } = latencies[key as keyof typeof names]
    return row([name, whole(count), ...[mean, p50, p90, p99, p999, max].map(msText)])
  })
  const head = row(['', 'count', 'mean', 'p50', 'p90', 'p99', 'p99.9', 'max'], 'th')
  return `<div class="scrolled"><table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table></div>
    <p class="hint">Latencies count from the moment at which a message was meant to be sent, so that a stall of the service or of the tester is part of them.</p>`
}

const pairs = (entries: readonly (readonly [string, string])[]): string =>
  `<table class="pairs"><tbody>${entries.map(([name, value]) => row([htmlText(name), htmlText(value)])).join('')}</tbody></table>`

const counted = (record: Readonly<Record<string, number>>): readonly (readonly [string, string])[] => {
  const entries = Object.entries(record).map(([name, count]) => [name, whole(count)] as const)
  return entries.length === 0 ? [['none', '']] : entries
}

const asked = ({ urls, shape, seed, workers }: LoadReport): readonly (readonly [string, string])[] => [
  ...urls.map((url, place) => [urls.length === 1 ? 'gateway' : `gateway ${place + 1}`, url] as const),
  ['users', whole(shape.users)],
  ['rooms, with members', `${whole(shape.rooms)}, ${shape.roomSize}`],
  ['messages a second', `${shape.rate}, of ${shape.messageSize} characters`],
  ['for', clockText(shape.durationMs)],
  ['slow readers', percent(shape.slowReaders)],
  ['drops a second', String(shape.dropsPerSecond)],
  ['processes', String(workers)],
  ['seed', String(seed)],
]

const totalsOf = ({ totals, busy }: LoadReport): readonly (readonly [string, string])[] => [
  ['sendings', whole(totals.sent)],
  ['retries among them', whole(totals.sentAgain)],
  ['confirmed', whole(totals.confirmed)],
  ['frames received', whole(totals.frames)],
  ['bytes received', whole(totals.bytes)],
  ['connections', `${whole(totals.connects)}, ${whole(totals.failedConnects)} failed`],
  ['tester busy', `${percent(busy.mean)} on average, ${percent(busy.most)} at the most`],
]

/** The report as one self-contained page. */
export const reportPage = (report: LoadReport): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Load test of ${htmlText(report.startedAt)}</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1>Load test</h1>
<p>${htmlText(new Date(report.startedAt).toUTCString())} · ${clockText(report.tookMs)} · ${report.urls.length} ${report.urls.length === 1 ? 'gateway' : 'gateways'} · ${whole(report.shape.users)} users in ${whole(report.shape.rooms)} rooms</p>
</header>
${banner(report)}
<section class="cards">${cards(report)}</section>
${report.seconds.length > 1 ? overTime(report) : ''}
${curve(report)}
<section><h2>Latencies</h2>${latencyTable(report)}</section>
<section class="columns">
<div><h2>Asked for</h2>${pairs(asked(report))}</div>
<div><h2>Counted</h2>${pairs(totalsOf(report))}</div>
<div><h2>Refused or unknown</h2>${pairs(counted(report.refusedBy))}<h2>Sockets closed, by code</h2>${pairs(counted(report.closedBy))}</div>
</section>
<section><h2>Again, just so</h2><pre>${htmlText(commandLine(report))}</pre></section>
</body>
</html>
`
