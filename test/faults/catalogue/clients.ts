import { WebSocket } from 'ws'
import { until } from '../../support/poll.ts'
import { tcpProxy } from '../../support/stack/tcp-proxy.ts'
import type { Fault } from '../harness/fault.ts'
import { raceRetries } from '../harness/race-retries.ts'
import type { World } from '../harness/world.ts'

const opened = async (url: string): Promise<WebSocket> => {
  const socket = new WebSocket(url)
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('open', resolve))
  return socket
}

const sessionsOf = async (internalUrl: string): Promise<number> =>
  Number(/^chat_sessions (\d+)/m.exec(await (await fetch(`${internalUrl}/metrics`)).text())?.[1])

/** A half-open socket, bound to a member of the busiest room: its client has vanished without a close. */
const halfOpen = async (world: World): Promise<AsyncDisposable> => {
  const { port } = new URL(world.gateway(0).url)
  const proxy = await tcpProxy(() => Number(port))
  const socket = await opened(`ws://127.0.0.1:${proxy.port}/ws`)
  bindAs(socket, world, 0)
  await world.pause(500)
  proxy.cut('black-hole')
  return proxy
}

const bindAs = (socket: WebSocket, { load }: World, user: number): void =>
  socket.send(JSON.stringify({ event: 'create-user', body: { user: { externalUserId: load.devices.get(user)?.externalId } } }))

/** Requests the whole history repeatedly and reads no answer. */
const neverReading = async (world: World): Promise<AsyncDisposable> => {
  const socket = await opened(world.gateway(0).url)
  bindAs(socket, world, 1)
  await world.pause(500)
  socket.pause()
  const [room = 0] = world.load.population.roomsOf(1)
  const list = JSON.stringify({
    event: 'list-messages',
    body: { chat: { id: world.load.context.ids.room(room) }, query: { limit: 200 } },
  })
  const timer = setInterval(() => socket.send(list), 20)
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      socket.terminate()
    },
  }
}

const statements = `select xact_commit + xact_rollback as count from pg_stat_database where datname = current_database()`

export const clientFaults: readonly Fault[] = [
  {
    id: 'F21',
    title: 'a half-open client, and one that sends requests and never reads',
    expectation: 'both are closed; other clients are not affected',
    env: { SOCKET_PING_MS: '3000', SOCKET_PONG_MS: '2000', STUCK_SOCKET_MS: '5000' },
    act: async (world) => {
      const { internalUrl } = world.gateway(0)
      const before = await sessionsOf(internalUrl)
      await using _gone = await halfOpen(world)
      await using _deaf = await neverReading(world)
      world.note(`${(await sessionsOf(internalUrl)) - before} bad sockets`)
      const started = performance.now()
      await until('both to be closed', async () => (await sessionsOf(internalUrl)) <= before, { withinMs: 40_000, everyMs: 200 })
      world.note(`closed after ${Math.round(performance.now() - started)} ms`)
    },
  },
  {
    id: 'F22',
    title: 'one message sent by 100 racing retries on several gateways',
    expectation: 'one row, one seq, one answer',
    act: async (world) => {
      const [room = 1] = world.load.population.roomsOf(0)
      const bodies = await raceRetries(world, 0, room, 100)
      world.note(`${bodies.length} answers, ${new Set(bodies).size} different`)
      if (bodies.length !== 100 || new Set(bodies).size !== 1) world.problem('the answers differ')
    },
  },
  {
    id: 'F23',
    title: 'all sockets dropped at once, all resume',
    expectation: 'lookups are shared',
    users: 400,
    act: async (world) => {
      const { devices } = world.load
      const before = await world.sql<{ count: string }>(statements)
      await world.broken(async () => {
        for (const device of devices.values()) device.drop()
        await until('all sockets to be lost', () => [...devices.values()].every(({ isBound }) => !isBound))
        await until('all sockets to be bound again', () => [...devices.values()].every(({ isBound }) => isBound), {
          withinMs: 30_000,
        })
      })
      // pg_stat_database includes the counters of a session up to a second late.
      await world.pause(1_500)
      const after = await world.sql<{ count: string }>(statements)
      const { p99 } = world.load.context.latencies.connect.summary()
      world.note(
        `${devices.size} resumed, p99 ${Math.round(p99)} ms, ${Number(after[0]?.count) - Number(before[0]?.count)} transactions in all`,
      )
    },
  },
]
