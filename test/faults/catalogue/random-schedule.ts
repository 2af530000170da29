import type { Fault } from '../harness/fault.ts'
import type { World } from '../harness/world.ts'
import { untilGroupHas } from '../harness/writer-group.ts'

/** Faults that may follow each other in any order; each leaves the system whole. */
const faults: Readonly<Record<string, (world: World) => Promise<void>>> = {
  'gateway killed': async (world) => {
    const gateway = world.random.pick(world.chat.gateways)
    await gateway.kill()
    await gateway.start()
  },
  'gateway frozen': async (world) => {
    const gateway = world.random.pick(world.chat.gateways)
    await gateway.pause()
    await world.pause(1_000 + world.random.below(14_000))
    await gateway.resume()
  },
  'gateway drained': async (world) => world.random.pick(world.chat.gateways).restart(),
  'writer killed': async (world) => {
    const writer = world.random.pick(world.chat.writers)
    await writer.kill()
    await writer.start()
  },
  'writer frozen': async (world) => {
    const writer = world.random.pick(world.chat.writers)
    await writer.pause()
    await world.pause(1_000 + world.random.below(14_000))
    await writer.resume()
  },
  'writer restarted': async (world) => world.random.pick(world.chat.writers).restart(),
  'Kafka restarted': (world) => world.stack.kafka.restart(),
  'Postgres killed': async ({ stack }) => {
    await stack.postgres.kill()
    await stack.postgres.start()
  },
  'Redis killed': async (world) => {
    await world.stack.redis.kill()
    await world.pause(world.random.below(5_000))
    await world.stack.redis.start()
  },
  'Redis frozen': async (world) => {
    await world.stack.redis.pause()
    await world.pause(1_000 + world.random.below(10_000))
    await world.stack.redis.resume()
  },
  'a link cut': async (world) => {
    const link = world.random.pick(allLinks(world))
    link.cut('reset')
    await world.pause(1_000 + world.random.below(5_000))
    link.heal()
  },
  'a link black-holed': async (world) => {
    const link = world.random.pick(allLinks(world))
    link.cut('black-hole', world.random.pick(['both', 'requests', 'answers']))
    await world.pause(1_000 + world.random.below(10_000))
    link.heal()
  },
  'subscribers killed': (world) => world.redis(async (client) => void (await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'))),
  'sessions of the database ended': async (world) => {
    await world.sql(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
    )
  },
  'all sockets dropped': async ({ load }) => {
    for (const device of load.devices.values()) device.drop()
  },
}

const services = ['kafka', 'postgres', 'redis'] as const

const allLinks = (world: World) =>
  services.flatMap((service) => [...world.links('gateway', service), ...world.links('writer', service)])

const calmMs = 3_000

/** Injects one random fault after another for this many minutes; the seed determines them. */
export const randomSchedule = (minutes: number): Fault => ({
  id: 'F29',
  title: `a random schedule of faults, ${minutes} min`,
  expectation: 'all invariants',
  act: async (world) => {
    const endsAt = performance.now() + minutes * 60_000
    const done = new Map<string, number>()
    while (performance.now() < endsAt) {
      const name = world.random.pick(Object.keys(faults))
      await world.broken(async () => {
        await faults[name]?.(world)
        await untilGroupHas(world, 2)
      })
      done.set(name, (done.get(name) ?? 0) + 1)
      await world.pause(world.random.below(calmMs))
    }
    world.note([...done].map(([name, count]) => `${count} × ${name}`).join(', '))
  },
})
