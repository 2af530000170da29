/** Puts a load on the real stack, scraped by a real Prometheus; prints its cost and draws the series of the dashboards. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../support/stack/replica.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { startStack } from '../support/stack/start-stack.ts'
import type { Chart } from './chart.ts'
import { chartsSvg } from './chart.ts'
import type { Panel } from './observability/dashboards.ts'
import { panels } from './observability/dashboards.ts'
import { watchedLoad } from './observability/watched-load.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const picture = join(projectFolder, 'infra/observability/series.svg')
const pictured = [
  'Sockets',
  'Frames',
  'Time to confirmation',
  'Age of events by stage, p99',
  'Records by outcome',
  'Records in a batch',
  'Event loop lag, p99',
  'Resumes',
]

const perSecond = Number(process.argv[2] ?? 200)
const messages = perSecond * 40

print('Starting Kafka, Postgres, Redis, two gateways, two writers and Prometheus …')
await using stack = await startStack()
await using chat = await startChat(stack, { gateways: 2, writers: 2 })
print(`${messages} messages by 30 users into 10 rooms, ${perSecond} a second; then a socket that does not read …`)
const startedMs = performance.now()
await using prometheus = await watchedLoad(chat, { perSecond, messages })
const seconds = Math.ceil((performance.now() - startedMs) / 1_000)

const legend = (format: string, labels: Readonly<Record<string, string>>): string =>
  format.replace(/\{\{(\w+)\}\}/g, (_, name: string) => labels[name] ?? '')

const chartOf = async ({ title, fieldConfig, targets }: Panel): Promise<Chart> => {
  const series = await Promise.all(
    targets.map(async ({ expr, legendFormat }) =>
      (await prometheus.range(expr, seconds)).map(({ labels, values }) => ({ name: legend(legendFormat, labels), values })),
    ),
  )
  return { title, unit: fieldConfig.defaults.unit, series: series.flat() }
}

const chosen = pictured.flatMap((title) => panels().filter((panel) => panel.title === title))
writeFileSync(picture, chartsSvg(await Promise.all(chosen.map(chartOf))))

const number = async (expression: string): Promise<number> =>
  (await prometheus.query(expression))[0]?.values[0]?.[1] ?? Number.NaN
const cpu = (component: string) => number(`sum(increase(chat_process_cpu_seconds_total{component="${component}"}[40s]))`)
const confirmed = await number('sum(increase(chat_commands_total{event="new-message",outcome="ok"}[40s]))')
const delivered = await number('sum(increase(chat_frames_total{direction="out"}[40s]))')
const memory = (component: string) => number(`max(chat_process_resident_memory_bytes{component="${component}"}) / 1048576`)
const each = (secondsOfCpu: number, of: number): string => `${Math.round((secondsOfCpu * 1e6) / of)} µs`
print(`  confirmed, frames out (last 40 s)   ${Math.round(confirmed)}, ${Math.round(delivered)}`)
print(
  `  CPU of gateways per message         ${each(await cpu('gateway'), confirmed)}; per frame out ${each(await cpu('gateway'), delivered)}`,
)
print(`  CPU of writers per message          ${each(await cpu('writer'), confirmed)}`)
print(
  `  memory of a gateway, a writer       ${Math.round(await memory('gateway'))} MiB, ${Math.round(await memory('writer'))} MiB`,
)
print(`  the picture                         ${picture.replace(`${projectFolder}/`, '')}`)
