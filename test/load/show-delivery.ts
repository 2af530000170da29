/** Measures delivery under faults on the real stack: a killed gateway, a dead Redis, sockets that never read. */
import type { LatencySummary } from '../support/load/latencies.ts'
import { startStack } from '../support/stack/start-stack.ts'
import { killRedis } from './delivery/dead-redis.ts'
import { killGateway } from './delivery/killed-gateway.ts'
import { neverRead } from './delivery/never-reading.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const times = ({ p50, p99, max }: LatencySummary): string =>
  `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, most ${max.toFixed(0)} ms`

print('Starting Kafka, Postgres and Redis …')
await using stack = await startStack()

print('A gateway is killed: 1,000 sockets in 200 rooms at 200 messages a second on two gateways')
const killed = await killGateway(stack)
print(`  sockets that came back, rooms that they resumed   ${killed.sockets}, ${killed.resumedRooms}`)
print(`  new connection → behind its last missed frame     ${times(killed.resume)}  (aim: p99 < 1 s)`)

print('Redis is dead: 500 rooms of 4 at 100 messages a second on two gateways')
const dead = await killRedis(stack)
print(`  messages                                          ${dead.messages}`)
print(`  send → stored and confirmed                       ${times(dead.stored)}`)
print(`  send → received                                   ${times(dead.received)}  (aim: p99 < 2 s)`)

print('200 sockets never read, while 500 messages of 1 KB a second flow through one gateway')
const silent = await neverRead(stack)
const every = silent.residentMib.filter((_, second) => second % 5 === 4).map((mib) => mib.toFixed(0))
print(`  silent sockets, messages                          ${silent.sockets}, ${silent.confirmed}`)
print(`  resident MiB, every five seconds                  ${every.join(', ')}  (aim: flat)`)
