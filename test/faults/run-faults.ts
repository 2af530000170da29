/** `npm run test:faults`: every fault of the table on a real stack under load, one row each. */
import { parseArgs } from 'node:util'
import type { Stack } from '../support/stack/stack.ts'
import { startStack } from '../support/stack/start-stack.ts'
import { allFaults } from './catalogue/all-faults.ts'
import { mutants } from './catalogue/mutants.ts'
import type { Fault } from './harness/fault.ts'
import { keepHistory } from './harness/keep-history.ts'
import { brokenBy, runFault } from './harness/run-fault.ts'
import { runMutant } from './harness/run-mutant.ts'
import { markdownHead, markdownRow, tableHead, tableRow } from './harness/table.ts'
import { linkedRoles } from './harness/world.ts'
import { writeRows } from './harness/write-rows.ts'

const usage = `Usage: npm run test:faults -- [--only F5,F6] [--seed 42] [--rate 60] [--into FILE]
       npm run test:faults -- --mutants
       npm run test:faults -- --list

  --only      these faults, by their numbers; of the mutants, those under them
  --seed      what a run draws at random; the table tells it, and the same one replays
  --rate      messages a second
  --keep      folder for the histories of runs that fail (default: ./fault-histories)
  --into      puts each row into this document's table too
  --mutants  removes one defence after another, and requires the checker to detect it
  --list      tells what there is, and runs nothing
`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '60' },
    keep: { type: 'string', default: 'fault-histories' },
    into: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** Faults by their numbers; undefined: all. */
const wanted: ReadonlySet<string> | undefined = values.only === undefined ? undefined : new Set(values.only.split(','))

const checkWanted = (): void => {
  const known = new Set([...allFaults, ...mutants.map(({ fault }) => fault)].map(({ id }) => id))
  for (const id of wanted ?? []) if (!known.has(id)) throw new Error(`there is no fault ${id}; --list tells which there are`)
}

const isWanted = ({ id }: Fault): boolean => wanted?.has(id) ?? true

/** Says a row, and writes it where it is wanted too. */
const tell = (table: string, head: string, row: string): void => {
  say(row)
  if (values.into !== undefined) writeRows(values.into, table, head, [row])
}

/** A run that cannot even begin says nothing of the others. */
const attempted = async <T>(id: string, work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work()
  } catch (error) {
    process.stderr.write(`${id} could not be run: ${error instanceof Error ? error.message : String(error)}\n`)
    return undefined
  }
}

const runAll = async (stack: Stack): Promise<number> => {
  const options = { seed: Number(values.seed), perSecond: Number(values.rate) }
  let failed = 0
  say(tableHead())
  for (const fault of allFaults.filter(isWanted)) {
    const run = await attempted(fault.id, () => runFault(stack, fault, options))
    if (run === undefined) {
      failed += 1
      continue
    }
    tell('faults', tableHead(), tableRow(run))
    const wrong = brokenBy(run)
    if (wrong.length === 0) continue
    failed += 1
    for (const problem of wrong) process.stderr.write(`${fault.id}: ${problem}\n`)
    process.stderr.write(`${fault.id}: its history is in ${keepHistory(run, values.keep)}\n`)
  }
  say(`\n${failed === 0 ? 'All hold.' : `${failed} do not hold.`}`)
  return failed
}

const runMutants = async (stack: Stack): Promise<number> => {
  const head = markdownHead(['removed defence', 'fault', 'detected', 'output of the checker'])
  let missed = 0
  say(head)
  for (const mutant of mutants.filter(({ fault }) => isWanted(fault))) {
    const tried = await attempted(mutant.without, () => runMutant(stack, mutant, Number(values.seed)))
    if (tried?.isDetected !== true) missed += 1
    if (tried === undefined) continue
    tell('mutants', head, markdownRow([mutant.without, mutant.fault.id, tried.isDetected ? 'yes' : '**NO**', tried.said]))
  }
  say(`\n${missed === 0 ? 'All are caught.' : `${missed} are not caught.`}`)
  return missed
}

const run = async (): Promise<number> => {
  checkWanted()
  await using stack = await startStack({ links: linkedRoles })
  return await (values.mutants ? runMutants(stack) : runAll(stack))
}

if (values.help) say(usage)
else if (values.list) for (const { id, title, expectation } of allFaults) say(`${id.padEnd(5)} ${title}: ${expectation}`)
else process.exitCode = (await run()) === 0 ? 0 : 1
