import type { Environment } from '../../support/stack/replica.ts'
import type { Fault } from '../harness/fault.ts'
import type { World } from '../harness/world.ts'
import { untilGroupHas } from '../harness/writer-group.ts'

export const doomedWriter = 'test/faults/programs/doomed-writer.ts'

/** Makes a writer kill itself at this point of a batch, and starts its successor. */
const dieAt =
  (point: string, more: Environment = {}) =>
  async (world: World) => {
    const doomed = await world.chat.addWriter({ DIE_AT: point, ...more }, doomedWriter)
    await untilGroupHas(world, 2)
    await world.broken(async () => {
      for (const [room, [user = 0]] of world.load.population.members)
        void world.load.perform(user, 'new-message', room, { msg: 'die', type: 'text' })
      await (more.DIE_BY === 'SIGSTOP' ? world.pause(2_000) : doomed.exited)
      await world.chat.addWriter()
      await untilGroupHas(world, 2)
    })
  }

const killed = { writers: 1, expectation: 'the successor decides every command' } as const

export const writerFaults: readonly Fault[] = [
  {
    id: 'F2',
    title: 'kill −9 the writer between commit and offset commit',
    ...killed,
    act: dieAt('before-acknowledge'),
  },
  { id: 'F3', title: 'kill −9 the writer before its database commit', ...killed, act: dieAt('before-commit') },
  { id: 'F4', title: 'kill −9 the writer between commit and publish', ...killed, act: dieAt('before-publish') },
  {
    id: 'F4b',
    title: 'the same, 1.5 s after the commit',
    ...killed,
    act: dieAt('before-publish', { DIE_AFTER_MS: '1500' }),
  },
  {
    id: 'F5',
    title: 'SIGSTOP a writer beyond its session timeout, then SIGCONT',
    expectation: 'the old writer stores nothing twice and reorders nothing',
    act: async (world) => {
      const writer = world.writer(0)
      await world.broken(async () => {
        await writer.pause()
        await world.pause(14_000)
        await writer.resume()
        await untilGroupHas(world, 2)
      })
    },
  },
  {
    id: 'F5b',
    title: 'a writer frozen between its decision and its append',
    writers: 1,
    expectation: 'its rooms are not blocked permanently',
    act: dieAt('before-commit', { DIE_BY: 'SIGSTOP' }),
  },
  {
    id: 'F6',
    title: 'rebalance storm, 1 → 4 → 2 writers with batches in flight',
    expectation: 'all partitions are consumed at the end',
    writers: 1,
    act: async (world) => {
      await world.broken(async () => {
        const added = await Promise.all([world.chat.addWriter(), world.chat.addWriter(), world.chat.addWriter()])
        await world.pause(2_000)
        await Promise.all([added[0].stop(), added[1].kill()])
        await untilGroupHas(world, 2)
      })
    },
  },
]
