/** The load of the load-test overlay inside the cluster: users send for a while, then the checker checks the history. */
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../support/poll.ts'
import { figures, underLoad } from './cluster/under-load.ts'

const { TARGET = 'ws://gateway/ws', PER_SECOND = '100', USERS = '200', SECONDS = '60' } = process.env

// The system may still be starting. Any HTTP answer shows that a gateway accepts connections.
const answers = (): Promise<boolean> => fetch(TARGET.replace(/^ws/, 'http')).then(({ status }) => status > 0)
await until('gateways', answers, { withinMs: 600_000, everyMs: 2_000 })

const run = await underLoad({
  url: TARGET,
  perSecond: Number(PER_SECOND),
  users: Number(USERS),
  disturb: () => sleep(Number(SECONDS) * 1_000),
})
process.stdout.write(`${figures('load', run)}\n`)
process.exitCode = run.problems.length === 0 ? 0 : 1
