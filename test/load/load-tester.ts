/** `npm run load`: puts a load on gateways, measures latencies and checks the received frames. */
import { runAgent } from './machines/agent.ts'
import type { LoadReport } from './report/load-report.ts'
import { parseAgentOptions } from './tester/agent-options.ts'
import { asksForHelp, isAgent } from './tester/option-values.ts'
import { parseOptions } from './tester/options.ts'
import { checkWritable } from './tester/preflight.ts'
import { runWithOutputs } from './tester/run-with-outputs.ts'
import { usage } from './tester/usage.ts'

const exitCodes = { well: 0, failed: 1, misused: 2 } as const

const print = (text: string): void => void process.stdout.write(`${text}\n`)
const warn = (text: string): void => void process.stderr.write(`${text}\n`)

/** Resolves at the first Ctrl-C; the second one ends the process. */
const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => {
      warn('\nStopping; press Ctrl-C again to end without a report.')
      resolve()
    })
  })

const isWell = ({ verdict, failedConditions }: LoadReport): boolean =>
  failedConditions.length === 0 && (verdict === undefined || verdict.problems.length === 0)

/** The work that the arguments ask for; throws if an argument is wrong. */
const workFor = (args: readonly string[]): (() => Promise<number>) => {
  if (asksForHelp(args))
    return async () => {
      print(usage)
      return exitCodes.well
    }
  if (isAgent(args)) {
    const options = parseAgentOptions(args, process.env.CHAT_LOAD_KEY)
    return async () => {
      await runAgent(options, warn)
      return exitCodes.well
    }
  }
  const options = parseOptions(args)
  for (const [name, file] of Object.entries(options.files)) checkWritable(`--${name}`, file)
  return async () =>
    isWell(await runWithOutputs(options, { print, warn, stopped: untilInterrupted() })) ? exitCodes.well : exitCodes.failed
}

const main = async (): Promise<number> => {
  let work: () => Promise<number>
  try {
    work = workFor(process.argv.slice(2))
  } catch (error) {
    warn(`${(error as Error).message}\n\n--help lists all options.`)
    return exitCodes.misused
  }
  try {
    return await work()
  } catch (error) {
    warn(`The load could not be run: ${(error as Error).message}`)
    return exitCodes.misused
  }
}

// The pending promise of a dead worker would keep the process alive.
process.exit(await main())
