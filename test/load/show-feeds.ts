/** Sends 10,000 messages on the real stack, and compares every socket, the store, the lists and `chat.events`. */
import { startChat } from '../support/stack/start-chat.ts'
import { startStack } from '../support/stack/start-stack.ts'
import { sameFeeds } from './same-feeds.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const ms = (value: number): string => `${value.toFixed(1)} ms`

const messages = Number(process.argv[2] ?? 10_000)
print('Starting Kafka, Postgres, Redis, two gateways and two writers …')
await using stack = await startStack()
await using chat = await startChat(stack, { gateways: 2, writers: 2 })
print(`Sending ${messages} messages by 20 users over 2 gateways into 10 rooms, 500 a second …`)
const shown = await sameFeeds(chat, stack, { messages, perSecond: 500, seed: 1 })

print(
  `  sent, confirmed           ${shown.sent}, ${shown.confirmed} (with the creation of 10 rooms), in ${shown.seconds.toFixed(1)} s`,
)
print(`  events in the store       ${shown.events}`)
print(`  frames at the sockets     ${shown.frames}`)
print(`  feeds, distinct ones      ${shown.feeds}, ${shown.distinct} (one for each room)`)
print(`  messages in the lists     ${shown.listed}`)
print(`  records on chat.events    ${shown.streamed} (with the creation of 20 users)`)
print(`  send → stored             p50 ${ms(shown.stored.p50)}, p99 ${ms(shown.stored.p99)}`)
print(`  send → received           p50 ${ms(shown.received.p50)}, p99 ${ms(shown.received.p99)}`)
for (const problem of shown.problems) print(`  ${problem}`)
print(shown.problems.length === 0 ? 'All sources are equal.' : 'The sources DIFFER.')
process.exitCode = shown.problems.length === 0 && shown.distinct === 10 ? 0 : 1
