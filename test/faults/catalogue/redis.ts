import type { Settled } from '../../support/load/sending.ts'
import { until } from '../../support/poll.ts'
import type { Replica } from '../../support/stack/replica.ts'
import type { Fault } from '../harness/fault.ts'
import { meddle } from '../harness/meddle.ts'
import { messageToRepeat, sendAs } from '../harness/repeat-message.ts'
import type { World } from '../harness/world.ts'
import { closedSockets } from '../harness/world.ts'

const isFanOutUp = async ({ internalUrl }: Replica): Promise<boolean> =>
  /^chat_fan_out_up 1$/m.test(await (await fetch(`${internalUrl}/metrics`)).text())

/** Drops everything that writers publish; a writer detects this at its next PING at the earliest. */
const dropPublications = (world: World): (() => void) => {
  const links = world.links('writer', 'redis')
  for (const link of links) link.cut('black-hole')
  return () => {
    for (const link of links) link.heal()
  }
}

const creatorOf = ({ load }: World, room: number): number => load.population.members.get(room)?.[0] ?? 0

const strangerTo = ({ load }: World, room: number): number => {
  const members = load.population.members.get(room) ?? []
  return [...load.devices.keys()].find((user) => !members.includes(user)) ?? 0
}

/** Sends one message into each room while publications are lost. Returns the milliseconds until all members have it. */
const sendUnpublished = async (world: World, rooms: readonly number[]): Promise<number> => {
  const { devices, population } = world.load
  const seen = (room: number, user: number): number => devices.get(user)?.lastSeen(room) ?? 0
  const wanted = new Map(rooms.map((room) => [room, seen(room, creatorOf(world, room)) + 1]))
  const heal = dropPublications(world)
  const started = performance.now()
  for (const room of rooms) void world.load.post(creatorOf(world, room), room)
  const hasCome = ([room, seq]: readonly [number, number]): boolean =>
    population.members.get(room)?.every((user) => seen(room, user) >= seq) ?? false
  await until('all members to have the last message', () => [...wanted].every(hasCome), { withinMs: 30_000 })
  const tookMs = performance.now() - started
  heal()
  return tookMs
}

export const redisFaults: readonly Fault[] = [
  {
    id: 'F14',
    title: 'Redis restarts',
    expectation: 'no client is disconnected',
    act: async (world) => {
      await world.broken(() => world.stack.redis.restart())
      if (closedSockets(world) > 0) world.problem(`${closedSockets(world)} sockets were closed`)
    },
  },
  {
    id: 'F15',
    title: 'Redis frozen, its sockets open',
    expectation: 'detected within 10 s',
    act: (world) =>
      world.broken(async () => {
        await world.stack.redis.pause()
        const started = performance.now()
        await until(
          'all gateways to detect it',
          async () => !(await Promise.all(world.chat.gateways.map(isFanOutUp))).includes(true),
          {
            withinMs: 20_000,
          },
        )
        const noticedMs = performance.now() - started
        world.note(`detected after ${Math.round(noticedMs)} ms`)
        if (noticedMs > 10_000) world.problem('detected too late')
        await world.pause(5_000)
        await world.stack.redis.resume()
      }),
  },
  {
    id: 'F16',
    title: 'subscribers killed every second',
    expectation: 'the barrier after a reconnect misses no publication',
    act: (world) =>
      world.broken(async () => {
        for (let kill = 0; kill < 10; kill += 1) {
          await world.redis((client) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'))
          await world.pause(1_000)
        }
      }),
  },
  {
    id: 'F16b',
    title: 'publications lost while the subscribers are disconnected, then no traffic, with a slow sweep',
    expectation: 'the barrier and the full sweep after it find the events',
    env: { CONVERGE_MS: '120000' },
    isQuiet: true,
    act: (world) =>
      world.broken(async () => {
        const links = world.links('gateway', 'redis')
        for (const link of links) link.cut('reset')
        await world.pause(500)
        for (const room of world.load.population.members.keys()) void world.load.post(creatorOf(world, room), room)
        await world.pause(1_000)
        for (const link of links) link.heal()
      }),
  },
  {
    id: 'F17',
    title: 'the last publication of a burst lost, then no traffic',
    expectation: 'the sweep finds it within T',
    isQuiet: true,
    act: async (world) => {
      const rooms = [...world.load.population.members.keys()]
      for (let burst = 0; burst < 20; burst += 1)
        await Promise.all(rooms.map((room) => world.load.post(creatorOf(world, room), room)))
      await world.broken(async () => world.note(`delivered to all after ${Math.round(await sendUnpublished(world, rooms))} ms`))
    },
  },
  {
    id: 'F17b',
    title: 'one message into an idle room, its publication lost',
    expectation: 'the sweep finds it within T',
    isQuiet: true,
    act: async (world) => {
      await world.pause(20_000)
      await world.broken(async () => world.note(`delivered to all after ${Math.round(await sendUnpublished(world, [1]))} ms`))
    },
  },
  {
    id: 'F17c',
    title: 'outcomes of repeated and of rejected commands lost',
    expectation: 'the recorded outcome is looked up at the deadline',
    isQuiet: true,
    act: async (world) => {
      const rooms = [...world.load.population.members.keys()]
      const messages = rooms.map((room) => ({ user: creatorOf(world, room), message: messageToRepeat(world, room) }))
      const sendAll = () => Promise.all(messages.map(({ user, message }) => sendAs(world, user, message)))
      await sendAll()
      let again: Promise<readonly Settled[]> = Promise.resolve([])
      await world.broken(async () => {
        for (const link of world.links('writer', 'redis')) link.cut('reset')
        again = Promise.all([sendAll(), world.load.post(strangerTo(world, 1), 1)]).then(([all, refused]) => [...all, refused])
        await world.pause(3_000)
        for (const link of world.links('writer', 'redis')) link.heal()
      })
      const codes = (await again).map(({ outcome, code }) => (outcome === 'ok' ? 'ok' : code))
      world.note(`answered with ${[...new Set(codes)].join(', ')}`)
      const isAsRecorded = codes.at(-1) === 'forbidden' && codes.slice(0, -1).every((code) => code === 'ok')
      if (!isAsRecorded) world.problem('an answer differs from the recorded outcome')
    },
  },
  {
    id: 'F18',
    title: 'publications duplicated, reordered, corrupted, truncated',
    expectation: 'dropped and counted; no process exits',
    act: (world) =>
      world.broken(async () => {
        await using meddler = await meddle(world)
        await world.pause(10_000)
        world.note(`${meddler.published} forged publications`)
      }),
  },
  {
    id: 'F19b',
    title: "only the writers' links to Redis cut",
    expectation: 'the sweep delivers',
    act: (world) =>
      world.broken(async () => {
        const heal = dropPublications(world)
        await world.pause(15_000)
        heal()
      }),
  },
  {
    id: 'F28',
    title: 'Redis down for 60 s under load',
    expectation: 'all events are delivered; p99 recorded',
    act: async (world) => {
      const { received } = world.load.context.latencies
      await world.broken(async () => {
        await world.stack.redis.kill()
        await world.pause(10_000)
        received.reset()
        await world.pause(50_000)
        const { count, p50, p99, max } = received.summary()
        world.note(`meanwhile ${count} received, p50 ${Math.round(p50)} ms, p99 ${Math.round(p99)} ms`)
        if (count === 0 || max > 10_000) world.problem('without Redis some frames were delivered later than T')
        await world.stack.redis.start()
      })
      if (closedSockets(world) > 0) world.problem(`${closedSockets(world)} sockets were closed`)
    },
  },
]
