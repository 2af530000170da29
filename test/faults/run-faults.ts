/** `npm run test:faults`: every fault of the table on a real stack under load, one row each. */
import { parseArgs } from 'node:util'
import { startStack } from '../support/stack/start-stack.ts'
import { allFaults } from './catalogue/all-faults.ts'
import { controls } from './catalogue/controls.ts'
import type { Fault } from './harness/fault.ts'
import { keepHistory } from './harness/keep-history.ts'
import { runControl } from './harness/run-control.ts'
import { brokenBy, runFault } from './harness/run-fault.ts'
import { tableHead, tableRow } from './harness/table.ts'
import { linkedRoles } from './harness/world.ts'

const usage = `Usage: npm run test:faults -- [--only F5,F6] [--seed 42] [--rate 60] [--list]
       npm run test:faults -- --controls

  --only   these faults, by their numbers
  --seed   what a run draws at random; the table tells it, and the same one replays
  --rate   messages a second
  --keep   folder for the histories of runs that fail (default: ./fault-histories)
  --controls  switches one defence off after the other, and requires the checker to notice
  --list   tells what there is, and runs nothing
`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '60' },
    keep: { type: 'string', default: 'fault-histories' },
    controls: { type: 'boolean', default: false },
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

const runControls = async (): Promise<number> => {
  await using stack = await startStack({ links: linkedRoles })
  let missed = 0
  say('| switched off | under | caught | what the checker said |\n| --- | --- | --- | --- |')
  for (const control of controls) {
    const { isCaught, said, run } = await runControl(stack, control, Number(values.seed))
    if (!isCaught) missed += 1
    say(`| ${control.off} | ${run.fault.id} | ${isCaught ? 'yes' : '**NO**'} | ${said.replaceAll('|', '/')} |`)
  }
  say(`\n${missed === 0 ? 'All are caught.' : `${missed} are not caught.`}`)
  return missed
}

if (values.help) say(usage)
else if (values.list) for (const { id, title, expectation } of allFaults) say(`${id.padEnd(5)} ${title}: ${expectation}`)
else process.exitCode = (await (values.controls ? runControls() : runAll())) === 0 ? 0 : 1
