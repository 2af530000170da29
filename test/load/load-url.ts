import { parseArgs } from 'node:util'
import { checkRun, problemsOf } from '../support/checker/check.ts'
import { hasAll } from '../support/checker/has-all.ts'
import { truthFromLists } from '../support/checker/truth-from-lists.ts'
import { createLoad } from '../support/load/load.ts'
import { nowMs } from '../support/load/load-context.ts'
import { freshTag } from '../support/load/run-ids.ts'
import { until } from '../support/poll.ts'

/** People who chat on a system that runs somewhere, and what became of what they said. */

const help = `node test/load/load-url.ts [options] URL…

  --users 50       --rooms 20        --rate 100 (messages a second)
  --seconds 20     --seed 1
`

const options = {
  users: { type: 'string', default: '50' },
  rooms: { type: 'string', default: '20' },
  rate: { type: 'string', default: '100' },
  seconds: { type: 'string', default: '20' },
  seed: { type: 'string', default: '1' },
} as const

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const ms = (value: number): string => `${value.toFixed(1)} ms`

const { values, positionals: urls } = parseArgs({ options, allowPositionals: true })
if (urls.length === 0) throw new Error(help)
const [users, rooms, rate, seconds] = [values.users, values.rooms, values.rate, values.seconds].map(Number) as [
  number,
  number,
  number,
  number,
]

const load = createLoad({
  urls,
  tag: freshTag(),
  startMs: nowMs(),
  seed: Number(values.seed),
  users,
  rooms,
  roomSize: `2-${Math.min(users, 20)}`,
  messageSize: '10-300',
})
const ids = await load.connect()
await load.createRooms(ids)
say(`${users} users in ${rooms} rooms send ${rate} messages a second for ${seconds} s …`)
await load.sendMessages(rate, rate * seconds).done
await load.settled(60_000)
const truth = await truthFromLists(load, new Map([...ids].map(([user, id]) => [id, user])))
await until('every socket to have everything', () => hasAll(load, truth), { withinMs: 30_000 }).catch(() => {})
load.stop()

const { counts, latencies } = load.context
const [stored, received] = [latencies.stored.summary(), latencies.received.summary()]
const problems = problemsOf(checkRun([load.context.history], truth))
say(`  sent, confirmed      ${counts.sent}, ${counts.confirmed} (with the creation of ${rooms} rooms)`)
say(`  frames at sockets    ${counts.frames}`)
say(`  send → stored        p50 ${ms(stored.p50)}, p99 ${ms(stored.p99)}`)
say(`  send → received      p50 ${ms(received.p50)}, p99 ${ms(received.p99)}`)
for (const problem of problems) say(`  ${problem}`)
say(problems.length === 0 ? 'No invariant is broken.' : 'Invariants are broken.')
process.exitCode = problems.length === 0 ? 0 : 1
