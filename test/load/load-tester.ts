/** `npm run load`: puts a load on gateways, measures latencies and checks the received frames. */
import { writeFileSync } from 'node:fs'
import type { LoadReport } from './tester/load-report.ts'
import type { LoadTestOptions } from './tester/options.ts'
import { parseOptions, usage } from './tester/options.ts'
import { checkWritable } from './tester/preflight.ts'
import { createProgress } from './tester/progress.ts'
import { reportPage } from './tester/report-page.ts'
import { reportText } from './tester/report-text.ts'
import { runLoadTest } from './tester/run-load-test.ts'

const exitCodes = { well: 0, failed: 1, misused: 2 } as const

const print = (text: string): void => void process.stdout.write(`${text}\n`)

/** Resolves at the first Ctrl-C; the second one ends the process. */
const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => {
      process.stderr.write('\nStopping; press Ctrl-C again to end without a report.\n')
      resolve()
    })
  })

const isWell = ({ verdict, failedConditions }: LoadReport): boolean =>
  failedConditions.length === 0 && (verdict === undefined || verdict.problems.length === 0)

const keep = ({ jsonFile, htmlFile }: LoadTestOptions, report: LoadReport): void => {
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(report, null, 2)}\n`)
  if (htmlFile !== undefined) writeFileSync(htmlFile, reportPage(report))
  for (const file of [jsonFile, htmlFile]) if (file !== undefined) print(`  ${file}`)
}

const run = async (options: LoadTestOptions): Promise<number> => {
  const progress = createProgress(process.stderr, options.shape.durationMs)
  const watcher = { onSecond: progress.show, stopped: untilInterrupted() }
  const report = await runLoadTest(options, watcher).finally(progress.end)
  print(reportText(report))
  keep(options, report)
  return isWell(report) ? exitCodes.well : exitCodes.failed
}

const parsed = (): LoadTestOptions | 'help' => {
  const options = parseOptions(process.argv.slice(2))
  if (options !== 'help') for (const file of ['html', 'json'] as const) checkWritable(`--${file}`, options[`${file}File`])
  return options
}

const main = async (): Promise<number> => {
  let options: LoadTestOptions | 'help'
  try {
    options = parsed()
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n--help lists all options.\n`)
    return exitCodes.misused
  }
  if (options === 'help') {
    print(usage)
    return exitCodes.well
  }
  try {
    return await run(options)
  } catch (error) {
    process.stderr.write(`The load could not be run: ${(error as Error).message}\n`)
    return exitCodes.misused
  }
}

// The pending promise of a dead worker would keep the process alive.
process.exit(await main())
