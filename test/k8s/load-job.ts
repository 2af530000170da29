/** The load of the load-test overlay, from inside the cluster: people talk for a while, then the checker judges. */
import { until } from '../support/poll.ts'
import { figures, underLoad } from './cluster/under-load.ts'

const { TARGET = 'ws://gateway/ws', PER_SECOND = '100', USERS = '200', SECONDS = '60' } = process.env

// The whole system is only just being started. Whatever the answer, somebody gives it: what is asked for is a socket.
const answers = (): Promise<boolean> => fetch(TARGET.replace(/^ws/, 'http')).then(({ status }) => status > 0)
await until('gateways', answers, { withinMs: 600_000, everyMs: 2_000 })

const run = await underLoad({
  url: TARGET,
  perSecond: Number(PER_SECOND),
  users: Number(USERS),
  harm: () => new Promise((resolve) => setTimeout(resolve, Number(SECONDS) * 1_000)),
})
process.stdout.write(`${figures('load', run)}\n`)
process.exitCode = run.problems.length === 0 ? 0 : 1
