import { join } from 'node:path'
import { projectFolder } from '../../support/stack/replica.ts'
import type { Fault } from '../harness/fault.ts'
import { untilGroupHas } from '../harness/writer-group.ts'

const program = join(projectFolder, 'test/faults/programs/shifted-clock.ts')

const shifted = (minutes: number) => ({
  NODE_OPTIONS: `--import ${program}`,
  CLOCK_SHIFT_MS: String(minutes * 60_000),
})

export const clockFaults: readonly Fault[] = [
  {
    id: 'F20',
    title: 'clocks of one gateway and one writer ten minutes ahead, of others behind',
    expectation: 'order is seq, never time; time never goes back',
    gateways: 1,
    writers: 1,
    act: async (world) => {
      const gateways = await Promise.all([world.chat.addGateway(shifted(10)), world.chat.addGateway(shifted(-10))])
      await Promise.all([world.chat.addWriter(shifted(10)), world.chat.addWriter(shifted(-10))])
      await untilGroupHas(world, 3)
      const urls = gateways.map(({ url }) => url)
      for (const [user, device] of world.load.devices) device.moveTo(urls[user % 3])
      await world.pause(8_000)
    },
  },
]
