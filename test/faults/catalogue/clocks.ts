import { join } from 'node:path'
import { projectFolder } from '../../support/stack/replica.ts'
import type { Fault } from '../harness/fault.ts'
import { judgeRoomTimes } from '../harness/room-times.ts'
import { untilGroupHas } from '../harness/writer-group.ts'

const program = join(projectFolder, 'test/faults/programs/shifted-clock.ts')

const shifted = (minutes: number) => ({
  NODE_OPTIONS: `--import ${program}`,
  CLOCK_SHIFT_MS: String(minutes * 60_000),
})

export const clockFaults: readonly Fault[] = [
  {
    id: 'F20',
    title: 'the clocks of one gateway and one writer ten minutes ahead, those of others behind',
    expectation: 'events are ordered by seq, not by time; time never decreases',
    gateways: 1,
    writers: 1,
    act: async (world) => {
      const gateways = await Promise.all([world.chat.addGateway(shifted(10)), world.chat.addGateway(shifted(-10))])
      await Promise.all([world.chat.addWriter(shifted(10)), world.chat.addWriter(shifted(-10))])
      await untilGroupHas(world, 3)
      const urls = gateways.map(({ url }) => url)
      for (const [user, device] of world.load.devices) device.moveTo(urls[user % 3])
      await world.pause(8_000)
      // A writer whose clock is ahead accepts times up to one second ahead of its own clock.
      await judgeRoomTimes(world, 601)
    },
  },
  {
    id: 'F20b',
    title: 'the clock of one gateway ten minutes ahead, those of the writers correct',
    expectation: 'no time is more than one second ahead; time never decreases',
    gateways: 1,
    act: async (world) => {
      const { url } = await world.chat.addGateway(shifted(10))
      for (const [user, device] of world.load.devices) if (user % 2 === 0) device.moveTo(url)
      await world.pause(8_000)
      await judgeRoomTimes(world, 1)
    },
  },
]
