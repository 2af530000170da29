import { describe, it } from 'vitest'
import { deliveryPromises } from './delivery.ts'
import { listeningPromises } from './listening.ts'
import type { OpenFanOut, Promised } from './open-fan-out.ts'

export const fanOutPromises: readonly Promised[] = [...deliveryPromises, ...listeningPromises]

/**
 * The contract of the FanOut port while nothing goes wrong: then nothing is
 * lost and nothing repeated. `open` is called once for each test. What holds
 * when something goes wrong is in test/faults.
 */
export const fanOutSuite = (name: string, open: () => Promise<OpenFanOut>): void => {
  describe(`FanOut: ${name}`, () => {
    it.each(fanOutPromises)('$title', async ({ keep }) => {
      await using opened = await open()
      await keep(opened)
    })
  })
}
