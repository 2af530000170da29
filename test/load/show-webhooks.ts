/** Measures webhooks on the real stack while the receiver fails for some rooms, and verifies them while the relay is killed. */
import { percentile, startWebhookRun, webhookLatencies } from '../e2e/webhook-run.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { startStack } from '../support/stack/start-stack.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const times = (sorted: readonly number[]): string =>
  `p50 ${percentile(sorted, 0.5)} ms, p99 ${percentile(sorted, 0.99)} ms, most ${sorted.at(-1)} ms`

print('Starting Kafka, Postgres and Redis …')
await using stack = await startStack()
await using chat = await startChat(stack, { gateways: 1, writers: 1 })
await using run = await startWebhookRun(chat, 20)
const posting = new AbortController()

print('20 rooms; the receiver is down for one of them for 60 s, needs 1.5 s for another, and answers 400 for a third')
const first = await run.startRelay()
const posted = run.post(posting.signal)
await pause(5_000)
const sinceMs = Date.now()
run.setDown(true)
await pause(60_000)
run.setDown(false)
const latencies = webhookLatencies(run, run.rooms.others, sinceMs)
print(`  other rooms, ${latencies.length} events                   ${times(latencies)}  (aim: p99 < 1 s)`)

print('The relay is killed twice')
await first[Symbol.asyncDispose]()
const second = await run.startRelay()
await pause(10_000)
await second[Symbol.asyncDispose]()
await using _third = await run.startRelay()
await pause(10_000)
posting.abort()
const messages = await posted
await run.settled(120_000)
const problems = await run.problems()
print(
  `  messages, requests, violations                    ${messages}, ${run.endpoint.received.length}, ${problems.length}  (aim: 0)`,
)
for (const problem of problems.slice(0, 10)) print(`  ${problem}`)
process.exitCode = problems.length === 0 && percentile(latencies, 0.99) < 1_000 ? 0 : 1
