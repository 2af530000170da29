import type { SharedConfig } from '../../../shared/runtime/config/config.ts'
import { createLogger } from '../../../shared/runtime/observability/logger.ts'
import { lifecycle } from '../../../shared/runtime/process/lifecycle.ts'
import type { ServiceProcess } from '../../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import type { AdminArguments } from '../admin.ts'
import { hasFindings } from '../admin.ts'
import type { ImportAdapters, ImportReport } from './import-file.ts'
import { importFile } from './import-file.ts'
import { progressLine } from './progress-line.ts'
import type { NumberedFault } from './send-commands.ts'

/** The arguments of the subcommand, with their help texts. */
export const importFlags = {
  '--dry-run': 'checks all lines without a service, and writes the faults to FILE.rejected.jsonl',
  '--rate=': 'the most lines in a second; without it, as many as the writers store; fewer beside live traffic',
} as const

/** Opens the service of an import; its parts close with the process. */
export type OpenImport = (service: Pick<ServiceProcess, 'log' | 'life'>) => Promise<ImportAdapters>

const rateOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const rate = Number(text)
  if (!Number.isInteger(rate) || rate < 1) throw new Error('--rate must be a whole number of lines in a second, from 1')
  return rate
}

const printedFaults = 10

const print = (text: string): void => void process.stderr.write(`${text}\n`)

/** Prints the first faults; the file of rejected lines has all of them. */
const faultPrinter = (): ((faults: readonly NumberedFault[]) => void) => {
  let left = printedFaults
  return (faults) => {
    for (const { number, field, reason } of faults.slice(0, left))
      print(`line ${number}: ${field === '' ? '' : `${field}: `}${reason}`)
    left = Math.max(0, left - faults.length)
  }
}

const summaryOf = ({ lines, rejected, rejectedFile, isComplete }: ImportReport, isDryRun: boolean): string => {
  const done = isComplete
    ? `${lines} lines ${isDryRun ? 'checked' : 'imported'}`
    : `stopped after line ${lines}; run the same command again to continue`
  return rejected === 0 ? done : `${done}; ${rejected} rejected: ${rejectedFile}`
}

/** Runs `admin import`; without `open`, only checks the file. The first stop signal ends it after the lines that are on their way. */
export const runImport = async (
  config: Pick<SharedConfig, 'limits' | 'times' | 'logLevel'>,
  open: OpenImport | undefined,
  { operand, values }: AdminArguments,
): Promise<typeof hasFindings | undefined> => {
  const isDryRun = open === undefined
  const perSecond = rateOf(values.get('--rate'))
  const log = createLogger({ level: config.logLevel === 'info' ? 'warn' : config.logLevel, name: 'import' })
  const stopping = new AbortController()
  const ended = Promise.withResolvers<void>()
  const life = lifecycle({ log, stopMs: config.times.stopMs, exit: (code) => void (code === 0 || process.exit(code)) })
  try {
    const adapters = await open?.({ log, life })
    life.add('import', () => {
      stopping.abort()
      return ended.promise
    })
    const report = progressLine(print, systemClock)
    const options = {
      limits: config.limits,
      clock: systemClock,
      signal: stopping.signal,
      perSecond,
      report,
      onFaults: faultPrinter(),
    }
    const result = await importFile(operand, options, adapters)
    print(summaryOf(result, isDryRun))
    if (!result.isComplete) throw new Error('the import is not complete')
    return result.rejected > 0 ? hasFindings : undefined
  } finally {
    ended.resolve()
    await life.stop()
  }
}
