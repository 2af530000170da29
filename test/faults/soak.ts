/** `npm run soak -- --minutes N`: a random schedule of harms under load, drawn by a seed, and the verdict on all of it. */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { startStack } from '../support/stack/start-stack.ts'
import { randomSchedule } from './catalogue/random-schedule.ts'
import { keepHistory } from './harness/keep-history.ts'
import { brokenBy, runFault } from './harness/run-fault.ts'
import { tableHead, tableRow } from './harness/table.ts'
import { linkedRoles } from './harness/world.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    rate: { type: 'string', default: '60' },
    keep: { type: 'string', default: 'fault-histories' },
  },
})

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const minutes = Number(values.minutes)
say(`Soaking for ${minutes} min, seed ${values.seed} …`)
await using stack = await startStack({ links: linkedRoles })
const run = await runFault(stack, randomSchedule(minutes), { seed: Number(values.seed), perSecond: Number(values.rate) })
say(`${tableHead()}\n${tableRow(run)}`)
const wrong = brokenBy(run)
for (const problem of wrong) say(problem)
say(wrong.length === 0 ? '\nAll invariants hold.' : `\nNOT all hold; the history is in ${keepHistory(run, values.keep)}`)
process.exitCode = wrong.length === 0 ? 0 : 1
