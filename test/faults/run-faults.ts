/** `npm run test:faults`: injects every fault of the table into a real stack under load, and prints one row for each. */
import { parseArgs } from 'node:util'
import type { Stack } from '../support/stack/stack.ts'
import { startStack } from '../support/stack/start-stack.ts'
import { allFaults } from './catalogue/all-faults.ts'
import { mutants } from './catalogue/mutants.ts'
import type { Fault } from './harness/fault.ts'
import { keepHistory } from './harness/keep-history.ts'
import { mixOption, mixUsage } from './harness/mix-option.ts'
import { brokenBy, runFault } from './harness/run-fault.ts'
import { runMutant } from './harness/run-mutant.ts'
import { markdownHead, markdownRow, tableHead, tableRow } from './harness/table.ts'
import { linkedRoles } from './harness/world.ts'
import { writeRows } from './harness/write-rows.ts'

const usage = `Usage: npm run test:faults -- [--only F5,F6] [--seed 42] [--rate 60] [--mix SHARES] [--into FILE]
       npm run test:faults -- --mutants
       npm run test:faults -- --list

  --only      the faults with these numbers; with --mutants, the mutants of these faults
  --seed      determines all random choices; the table shows it, and the same seed replays the run
  --rate      commands a second
${mixUsage}
  --keep      folder for the histories of failed runs (default: ./fault-histories)
  --into      also writes each row into the table of this document
  --mutants   removes one defence after another, and requires the checker to detect it
  --list      lists the faults without running them
`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '60' },
    mix: { type: 'string' },
    keep: { type: 'string', default: 'fault-histories' },
    into: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const print = (text: string): void => void process.stdout.write(`${text}\n`)

/** The faults with these numbers; undefined: all. */
const wanted: ReadonlySet<string> | undefined = values.only === undefined ? undefined : new Set(values.only.split(','))

const checkWanted = (): void => {
  const known = new Set([...allFaults, ...mutants.map(({ fault }) => fault)].map(({ id }) => id))
  for (const id of wanted ?? []) if (!known.has(id)) throw new Error(`no fault ${id}; --list shows all faults`)
}

const isWanted = ({ id }: Fault): boolean => wanted?.has(id) ?? true

/** Prints a row, and writes it into the document of `--into`. */
const addRow = (table: string, head: string, row: string): void => {
  print(row)
  if (values.into !== undefined) writeRows(values.into, table, head, [row])
}

/** A run that fails to start must not end the remaining runs. */
const attempted = async <T>(id: string, work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work()
  } catch (error) {
    process.stderr.write(`${id} could not be run: ${error instanceof Error ? error.message : String(error)}\n`)
    return undefined
  }
}

const runAll = async (stack: Stack): Promise<number> => {
  const options = { seed: Number(values.seed), perSecond: Number(values.rate), mix: mixOption(values.mix) }
  let failed = 0
  print(tableHead())
  for (const fault of allFaults.filter(isWanted)) {
    const run = await attempted(fault.id, () => runFault(stack, fault, options))
    if (run === undefined) {
      failed += 1
      continue
    }
    addRow('faults', tableHead(), tableRow(run))
    const wrong = brokenBy(run)
    if (wrong.length === 0) continue
    failed += 1
    for (const problem of wrong) process.stderr.write(`${fault.id}: ${problem}\n`)
    process.stderr.write(`${fault.id}: its history is in ${keepHistory(run, values.keep)}\n`)
  }
  print(`\n${failed === 0 ? 'All runs passed.' : `${failed} runs failed.`}`)
  return failed
}

const runMutants = async (stack: Stack): Promise<number> => {
  const head = markdownHead(['removed defence', 'fault', 'detected', 'output of the checker'])
  let missed = 0
  print(head)
  for (const mutant of mutants.filter(({ fault }) => isWanted(fault))) {
    const tried = await attempted(mutant.without, () => runMutant(stack, mutant, Number(values.seed)))
    if (tried?.isDetected !== true) missed += 1
    if (tried === undefined) continue
    addRow('mutants', head, markdownRow([mutant.without, mutant.fault.id, tried.isDetected ? 'yes' : '**NO**', tried.violations]))
  }
  print(`\n${missed === 0 ? 'All mutants are detected.' : `${missed} mutants are not detected.`}`)
  return missed
}

const run = async (): Promise<number> => {
  checkWanted()
  await using stack = await startStack({ links: linkedRoles })
  return await (values.mutants ? runMutants(stack) : runAll(stack))
}

if (values.help) print(usage)
else if (values.list) for (const { id, title, expectation } of allFaults) print(`${id.padEnd(5)} ${title}: ${expectation}`)
else process.exitCode = (await run()) === 0 ? 0 : 1
