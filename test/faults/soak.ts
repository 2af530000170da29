/** `npm run soak -- --minutes N`: runs a random schedule of faults under load, determined by a seed, and prints the verdict of the checker. */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { startStack } from '../support/stack/start-stack.ts'
import { randomSchedule } from './catalogue/random-schedule.ts'
import { keepHistory } from './harness/keep-history.ts'
import { mixOption, mixUsage } from './harness/mix-option.ts'
import { brokenBy, runFault } from './harness/run-fault.ts'
import { tableHead, tableRow } from './harness/table.ts'
import { linkedRoles } from './harness/world.ts'
import { writeRows } from './harness/write-rows.ts'

const usage = `Usage: npm run soak -- [--minutes 20] [--seed N] [--rate 60] [--mix SHARES] [--into FILE]

  --seed      determines the schedule; default: a random seed, which is printed
  --rate      commands a second
${mixUsage}
  --keep      folder for the history of a failed run (default: ./fault-histories)
  --into      also writes the row into the table of this document
`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    rate: { type: 'string', default: '60' },
    mix: { type: 'string' },
    keep: { type: 'string', default: 'fault-histories' },
    into: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const print = (text: string): void => void process.stdout.write(`${text}\n`)

/** Resolves with the number of violations and problems. */
const soak = async (minutes: number): Promise<number> => {
  print(`Running random faults for ${minutes} min, seed ${values.seed} …`)
  await using stack = await startStack({ links: linkedRoles })
  const options = { seed: Number(values.seed), perSecond: Number(values.rate), mix: mixOption(values.mix) }
  const run = await runFault(stack, randomSchedule(minutes), options)
  const row = tableRow(run)
  print(`${tableHead()}\n${row}`)
  if (values.into !== undefined) writeRows(values.into, 'soak', tableHead(), [row])
  const wrong = brokenBy(run)
  for (const problem of wrong) print(problem)
  print(wrong.length === 0 ? '\nAll invariants hold.' : `\nVIOLATED; the history is in ${keepHistory(run, values.keep)}`)
  return wrong.length
}

if (values.help) print(usage)
else process.exitCode = (await soak(Number(values.minutes))) === 0 ? 0 : 1
