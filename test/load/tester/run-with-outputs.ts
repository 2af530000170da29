import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { nowMs } from '../../support/load/load-context.ts'
import { csvOf } from '../outputs/csv.ts'
import { junitOf } from '../outputs/junit.ts'
import type { LiveServer } from '../outputs/live-server.ts'
import { startLiveServer } from '../outputs/live-server.ts'
import { metricsRequests } from '../outputs/otlp-metrics.ts'
import { createMetricsPush } from '../outputs/push-metrics.ts'
import type { LoadReport, Second } from '../report/load-report.ts'
import { reportPage } from '../report/report-page.ts'
import { reportText } from '../report/report-text.ts'
import type { LoadTestOptions, OutputFiles } from './options.ts'
import { createProgress } from './progress.ts'
import { runLoadTest } from './run-load-test.ts'

export interface Terminal {
  readonly print: (text: string) => void
  readonly warn: (text: string) => void
  /** Resolves when the user stops the run. */
  readonly stopped: Promise<void>
}

const contents: Readonly<Record<keyof OutputFiles, (report: LoadReport) => string>> = {
  html: reportPage,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  csv: csvOf,
  junit: junitOf,
}

/** Writes the files of a report; returns their names. */
const writeFiles = (files: OutputFiles, report: LoadReport): readonly string[] =>
  Object.entries(contents).flatMap(([name, contentOf]) => {
    const file = files[name as keyof OutputFiles]
    if (file === undefined) return []
    writeFileSync(file, contentOf(report))
    return [file]
  })

/** Sends the metrics of each second, if there is an address for them. */
const metricsSender = (url: string | undefined) => {
  if (url === undefined) return { send: (_: Second): void => {}, end: async (): Promise<string | undefined> => undefined }
  const push = createMetricsPush(url)
  const requestOf = metricsRequests({ startMs: nowMs(), id: randomUUID() })
  return { send: (second: Second): void => push.push(requestOf(second, nowMs())), end: push.end }
}

const startLive = async (port: number | undefined, warn: Terminal['warn']): Promise<LiveServer | undefined> => {
  if (port === undefined) return undefined
  const live = await startLiveServer(port)
  warn(`The report so far: ${live.url}`)
  return live
}

/** Runs a load test, with its progress, its report and all other outputs. */
export const runWithOutputs = async (options: LoadTestOptions, { print, warn, stopped }: Terminal): Promise<LoadReport> => {
  const live = await startLive(options.livePort, warn)
  const metrics = metricsSender(options.otlpUrl)
  const progress = createProgress(process.stderr, options.shape.durationMs)
  let report: LoadReport | undefined
  try {
    report = await runLoadTest(options, {
      stopped,
      onNotice: warn,
      onSecond: (phase, second, soFar) => {
        progress.show(phase, second)
        live?.show(soFar)
        if (second !== undefined) metrics.send(second)
      },
    })
  } finally {
    progress.end()
    await live?.end(report)
  }
  print(reportText(report))
  for (const file of writeFiles(options.files, report)) print(`  ${file}`)
  const problem = await metrics.end()
  if (problem !== undefined) warn(problem)
  return report
}
