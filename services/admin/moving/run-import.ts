import type { SharedConfig } from '../../../shared/runtime/config/config.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import type { AdminArguments } from '../admin.ts'
import { hasFindings } from '../admin.ts'
import type { StoppableProcess } from '../stoppable.ts'
import { runStoppable } from '../stoppable.ts'
import type { ImportAdapters, ImportReport } from './import-file.ts'
import { importFile } from './import-file.ts'
import type { ImportProgress } from './import-state.ts'
import { progressLine } from './progress-line.ts'
import { rateOf } from './rate.ts'
import type { NumberedFault } from './send-commands.ts'

/** The arguments of the subcommand, with their help texts. */
export const importFlags = {
  '--dry-run': 'checks all lines without a service, and writes the faults to FILE.rejected.jsonl',
  '--rate=': 'the most lines in a second; without it, as many as the writers store; fewer beside live traffic',
} as const

/** Opens the service of an import; its parts close with the process. */
export type OpenImport = (service: StoppableProcess) => Promise<ImportAdapters>

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
  const report = progressLine(print, systemClock, 'lines')
  const options = {
    limits: config.limits,
    clock: systemClock,
    perSecond: rateOf(values),
    report: ({ lines, rejected }: ImportProgress) => report(lines, rejected),
    onFaults: faultPrinter(),
  }
  const result = await runStoppable(config, {
    name: 'import',
    open: async (service) => open?.(service),
    work: (adapters, signal) => importFile(operand, { ...options, signal }, adapters),
  })
  print(summaryOf(result, open === undefined))
  if (!result.isComplete) throw new Error('the import is not complete')
  return result.rejected > 0 ? hasFindings : undefined
}
