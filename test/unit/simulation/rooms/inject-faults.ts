import type { SimulatedWorld } from '../world/simulated-world.ts'

/** The old writer is killed, or continues until it loses its partitions. */
const replaceWriter = ({ random, writers }: SimulatedWorld): void => {
  if (random.chance(0.5)) writers.kill()
  void writers.start()
}

/** Injects one fault after another. */
export const injectFaults = async (world: SimulatedWorld, isOver: () => boolean): Promise<void> => {
  const { clock, random, gateways, writerFanOut, store, log } = world
  for (;;) {
    await clock.sleep(100 + random.next() * 1_000)
    if (isOver()) return
    const index = random.below(gateways.length)
    const fanOut = random.chance(0.7) ? gateways[index]?.fanOut : writerFanOut
    const dice = random.next()
    if (dice < 0.2) world.replaceGateway(index, random.pick(['drained', 'stopped', 'killed', 'killed']))
    else if (dice < 0.3) replaceWriter(world)
    else if (dice < 0.4) store.fail(random.next() * 1_500)
    else if (dice < 0.5) log.fail(random.next() * 1_000)
    else if (dice < 0.7) fanOut?.hang()
    else if (dice < 0.85) fanOut?.fail()
    else fanOut?.restore()
  }
}
