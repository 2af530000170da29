import { describe, it } from 'vitest'
import { deliveryPromises } from './delivery.ts'
import { listeningPromises } from './listening.ts'
import type { OpenFanOut, Promised } from './open-fan-out.ts'

export const fanOutPromises: readonly Promised[] = [...deliveryPromises, ...listeningPromises]

/**
 * The contract of the FanOut port without faults: then no publication is lost
 * or repeated. `open` is called once for each test. The behaviour under faults
 * is tested in test/faults.
 */
export const fanOutSuite = (name: string, open: () => Promise<OpenFanOut>): void => {
  describe(`FanOut: ${name}`, () => {
    it.each(fanOutPromises)('$title', async ({ keep }) => {
      await using opened = await open()
      await keep(opened)
    })
  })
}
