import { msText, whole } from '../tester/units.ts'
import { htmlText, section, table } from './html.ts'
import type { LoadReport } from './load-report.ts'

/** Signals and read markers apart, so that they neither improve nor worsen the numbers of messages. */
export const ephemeralTable = ({ ephemeral }: LoadReport): string => {
  if (ephemeral === undefined) return ''
  const rows = Object.entries(ephemeral.kinds).map(([kind, { sent, accepted, dropped, failed, received, latency }]) => [
    htmlText(kind),
    ...[sent, accepted, dropped, failed, received].map(whole),
    ...[latency.p50, latency.p99, latency.max].map((ms) => (latency.count === 0 ? '–' : msText(ms))),
  ])
  const head = ['', 'sent', 'accepted', 'dropped', 'failed', 'received by others', 'p50', 'p99', 'max']
  const hint = `The time of <b>read</b> ends with the answer, that of <b>typing</b> when the signal reaches a watcher. These ${whole(ephemeral.frames)} frames (${whole(ephemeral.bytes)} bytes) are in no other number of this report.`
  return section('Signals and read markers', `${table(head, rows)}<p class="hint">${hint}</p>`)
}
