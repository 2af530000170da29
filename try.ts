import { startChat } from './test/support/stack/start-chat.ts'
import { startStack } from './test/support/stack/start-stack.ts'
import { createLoad } from './test/support/load/load.ts'
import { freshTag } from './test/support/load/run-ids.ts'
import { truthFromPostgres } from './test/support/checker/truth-from-postgres.ts'
import { checkRun, problemsOf } from './test/support/checker/check.ts'
await using stack = await startStack()
await using chat = await startChat(stack, { gateways: 2, writers: 2 })
const load = createLoad({ urls: chat.gateways.map((g) => g.url), tag: freshTag(), startMs: Date.now() - 1000, seed: 1, users: 20, rooms: 10, roomSize: '4-12', messageSize: '10-300' })
const ids = await load.connect()
await load.createRooms(ids)
const t = performance.now()
await load.sendMessages(1000, 10000).done
console.log('sent', performance.now() - t)
await load.settled(30000).catch(console.log)
console.log([...load.devices.values()].map((d) => [d.user, d.unsettled, d.isBound]))
const c = load.context
console.log(c.counts, c.history.size)
console.log(c.latencies.stored.summary(), c.latencies.received.summary())
const truth = await truthFromPostgres(chat.databaseUrl, c.ids, new Map([...ids].map(([n, id]) => [id, n])))
console.log([...truth.rooms].map(([r, t]) => [r, t.head, t.messages]))
console.log(problemsOf(checkRun([c.history], truth)))
const open = new Map<number, string>()
for (const e of c.history.entries()) { if (e.kind === 'invoked') open.set(e.operation, JSON.stringify(e)); if (['ok','failed','unknown'].includes(e.kind)) open.delete(e.operation) }
console.log([...open.values()].slice(0, 5))
for (const t of [...open.values()].slice(0, 5)) { const e = JSON.parse(t); console.log(e.room, e.command, truth.rooms.get(e.room)?.seqOf(e.command)) ; for (const x of c.history.entries()) if (x.command === e.command && x.room === e.room) console.log(JSON.stringify(x)) }
for (const g of [...chat.gateways, ...chat.writers]) { console.log(await (await fetch(g.internalUrl + '/readyz')).text()); const m = await (await fetch(g.internalUrl + '/metrics')).text(); console.log(m.split('\n').filter((l) => /chat_(commands_total|records|batch|pending|gaps|publications|fan_out)/.test(l) && !l.startsWith('#')).join('\n')) }
console.log(chat.log(15))
load.stop()
