import type { Fault } from '../harness/fault.ts'

export const memberFaults: readonly Fault[] = [
  {
    id: 'F27',
    title: 'members removed while their gateway receives no publications',
    expectation: 'no later event is delivered to them, also after a resume',
    act: async (world) => {
      const { load, userIds } = world
      const link = world.stack.link('gateway-1', 'redis')
      const leavers = [...load.population.members].map(([room, members]) => [room, members[0] ?? 0, members.at(-1) ?? 0] as const)
      await world.broken(async () => {
        link.cut('black-hole')
        const outcomes = await Promise.all(
          leavers.map(([room, creator, leaver]) =>
            load.perform(creator, 'remove-users', room, { users: [userIds.get(leaver) ?? ''] }),
          ),
        )
        const refused = outcomes.filter(({ outcome }) => outcome !== 'ok').length
        if (refused > 0) world.problem(`${refused} removals were not confirmed`)
        await world.pause(1_000)
        for (const [, , leaver] of leavers) load.devices.get(leaver)?.drop()
        await world.pause(4_000)
        link.heal()
      })
      world.note(`${leavers.length} removed`)
    },
  },
]
