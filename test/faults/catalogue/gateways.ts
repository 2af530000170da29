import type { Fault } from '../harness/fault.ts'

export const gatewayFaults: readonly Fault[] = [
  {
    id: 'F1',
    title: 'kill −9 a gateway under load',
    expectation: 'clients resume on another gateway; p99 of the reconnect < 1 s',
    act: async (world) => {
      const gateway = world.gateway(0)
      await world.broken(async () => {
        await gateway.kill()
        await world.pause(3_000)
        await gateway.start()
      })
      const { count, p99 } = world.load.context.latencies.connect.summary()
      world.note(`${count} reconnected, p99 ${Math.round(p99)} ms`)
      if (p99 >= 1_000) world.problem(`reconnecting took ${Math.round(p99)} ms (p99)`)
    },
  },
  {
    id: 'F7',
    title: 'SIGSTOP a gateway for 30 s',
    expectation: "no other gateway's users are affected",
    act: async (world) => {
      const gateway = world.gateway(0)
      const { stored } = world.load.context.latencies
      await world.broken(async () => {
        await gateway.pause()
        await world.pause(12_000)
        // By now all clients have left the stopped gateway.
        stored.reset()
        await world.pause(18_000)
        const { p50, p99 } = stored.summary()
        world.note(`on the other gateway meanwhile p50 ${Math.round(p50)} ms, p99 ${Math.round(p99)} ms`)
        if (p50 > 2_000) world.problem(`the other gateway's users wait ${Math.round(p50)} ms`)
        await gateway.resume()
      })
    },
  },
]
