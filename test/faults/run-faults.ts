/** `npm run test:faults`: every fault of the table on a real stack under load, one row each. */
import { parseArgs } from 'node:util'
import { startStack } from '../support/stack/start-stack.ts'
import { allFaults } from './catalogue/all-faults.ts'
import type { Fault } from './harness/fault.ts'
import { keepHistory } from './harness/keep-history.ts'
import { brokenBy, runFault } from './harness/run-fault.ts'
import { tableHead, tableRow } from './harness/table.ts'
import { linkedRoles } from './harness/world.ts'

const usage = `Usage: npm run test:faults -- [--only F5,F6] [--seed 42] [--rate 60] [--list]

  --only   these faults, by their numbers
  --seed   what a run draws at random; the table tells it, and the same one replays
  --rate   messages a second
  --keep   folder for the histories of runs that fail (default: ./fault-histories)
  --list   tells what there is, and runs nothing
`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '60' },
    keep: { type: 'string', default: 'fault-histories' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const chosen = (): readonly Fault[] => {
  if (values.only === undefined) return allFaults
  return values.only.split(',').map((id) => {
    const fault = allFaults.find((candidate) => candidate.id === id)
    if (fault === undefined) throw new Error(`there is no fault ${id}; --list tells which there are`)
    return fault
  })
}

const runAll = async (): Promise<number> => {
  await using stack = await startStack({ links: linkedRoles })
  let failed = 0
  say(tableHead())
  for (const fault of chosen()) {
    const run = await runFault(stack, fault, { seed: Number(values.seed), perSecond: Number(values.rate) })
    say(tableRow(run))
    const wrong = brokenBy(run)
    if (wrong.length === 0) continue
    failed += 1
    for (const problem of wrong) process.stderr.write(`${fault.id}: ${problem}\n`)
    process.stderr.write(`${fault.id}: its history is in ${keepHistory(run, values.keep)}\n`)
  }
  say(`\n${failed === 0 ? 'All hold.' : `${failed} do not hold.`}`)
  return failed
}

if (values.help) say(usage)
else if (values.list) for (const { id, title, expectation } of allFaults) say(`${id.padEnd(5)} ${title}: ${expectation}`)
else process.exitCode = (await runAll()) === 0 ? 0 : 1
