import type { LatencySummary } from '../../support/load/latencies.ts'
import { clockText, counted, msText, whole } from '../tester/units.ts'
import { ephemeralTable } from './ephemeral-table.ts'
import { htmlText, section } from './html.ts'
import type { LoadReport } from './load-report.ts'
import { hoverScript, liveScript } from './page-scripts.ts'
import { pageStyle } from './page-style.ts'
import { percentileChart, timeCharts } from './report-charts.ts'
import {
  comparisonTable,
  kindTable,
  latencyTable,
  machineTable,
  optionsAndCounts,
  scenarioTable,
  thresholdTable,
} from './report-tables.ts'
import { verdictBanners } from './verdict-banners.ts'

const card = (title: string, value: string, detail: string): string =>
  `<div class="card"><h3>${title}</h3><strong>${value}</strong><p>${detail}</p></div>`

const latencyCard = (title: string, { count, p50, p99 }: LatencySummary): string =>
  count === 0 ? card(title, '–', 'no values') : card(title, msText(p50), `median; 99 % within ${msText(p99)}`)

const wantedRate = ({ shape, scenario }: LoadReport): string => {
  if (scenario !== undefined) return ''
  const due = whole((shape.rate * (shape.mix?.messages ?? 100)) / 100)
  return (shape.stages ?? []).length > 0 ? `; up to ${due} were due` : `; ${due} were due`
}

const cards = (report: LoadReport): string => {
  const { totals, latencies, sendingFrom, sendingTo, verdict } = report
  const seconds = Math.max(1, sendingTo - sendingFrom)
  const { stored, received, connect } = latencies
  const fanOut = stored.count === 0 ? 0 : received.count / stored.count
  return [
    card('Messages confirmed', whole(stored.count), `${whole(stored.count / seconds)} a second${wantedRate(report)}`),
    card('Delivered', whole(received.count), `to other users, ${fanOut.toFixed(1)} for each message`),
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

const again = ({ command }: LoadReport): string => {
  const hasSecrets = /--token(s|-command) /.test(command)
  const hint = hasSecrets ? '<p class="hint">Replace TOKENS_FILE and TOKEN_COMMAND; a report contains no tokens.</p>' : ''
  return section('Run it again', `<pre>${htmlText(command)}</pre>${hint}`)
}

const summary = ({ startedAt, tookMs, urls, shape }: LoadReport): string => {
  const gateways = counted(urls.length, 'gateway')
  return `${htmlText(new Date(startedAt).toUTCString())} · ${clockText(tookMs)} · ${gateways} · ${whole(shape.users)} users in ${whole(shape.rooms)} rooms`
}

/** The part of the page that the live page renews. */
export const reportContent = (report: LoadReport): string => `<header>
<h1>Load test${report.phase === undefined ? '' : ' <small class="live">live</small>'}</h1>
<p>${summary(report)}</p>
</header>
${verdictBanners(report)}
<section class="cards">${cards(report)}</section>
${thresholdTable(report)}
${comparisonTable(report)}
${timeCharts(report)}
${percentileChart(report)}
${latencyTable(report)}
${kindTable(report)}
${ephemeralTable(report)}
${scenarioTable(report)}
${machineTable(report)}
${optionsAndCounts(report)}
${again(report)}`

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
<main>
${reportContent(report)}
</main>
<script>${hoverScript}${report.phase === undefined ? '' : liveScript}</script>
</body>
</html>
`
