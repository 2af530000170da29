/** What delivery costs when something is broken: a killed gateway, a dead Redis, sockets that never read. On the real stack. */
import type { LatencySummary } from '../support/load/latencies.ts'
import { startStack } from '../support/stack/start-stack.ts'
import { killRedis } from './delivery/dead-redis.ts'
import { killGateway } from './delivery/killed-gateway.ts'
import { neverRead } from './delivery/never-reading.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const times = ({ p50, p99, max }: LatencySummary): string =>
  `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, most ${max.toFixed(0)} ms`

say('Starting Kafka, Postgres and Redis …')
await using stack = await startStack()

say('A gateway is killed: 1,000 sockets in 200 rooms at 200 messages a second on two gateways')
const killed = await killGateway(stack)
say(`  sockets that came back, rooms that they resumed   ${killed.sockets}, ${killed.resumedRooms}`)
say(`  new connection → behind its last missed frame     ${times(killed.resume)}  (aim: p99 < 1 s)`)

say('Redis is dead: 500 rooms of 4 at 100 messages a second on two gateways')
const dead = await killRedis(stack)
say(`  messages                                          ${dead.messages}`)
say(`  send → stored and confirmed                       ${times(dead.stored)}`)
say(`  send → received                                   ${times(dead.received)}  (aim: p99 < 2 s)`)

say('Sockets never read: 200 of them, while 500 messages of 1 KB a second flow through one gateway')
const silent = await neverRead(stack)
const every = silent.residentMib.filter((_, second) => second % 5 === 4).map((mib) => mib.toFixed(0))
say(`  silent sockets, messages                          ${silent.sockets}, ${silent.confirmed}`)
say(`  resident MiB, every five seconds                  ${every.join(', ')}  (aim: flat)`)
