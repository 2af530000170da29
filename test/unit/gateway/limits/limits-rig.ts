import type { Charge, RateLimitStore } from '../../../../shared/ports/rate-limit-store.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import type { VirtualClock } from '../../simulation/virtual-clock.ts'
import { virtualClock } from '../../simulation/virtual-clock.ts'

export const clockOf = (): VirtualClock => virtualClock(seededRandom(1))
export const rate = { perMinute: 60, burst: 20 }

/** The number of single tokens that can be taken at once. */
export const takeAll = (bucket: { take(cost: number): number | undefined }): number => {
  let taken = 0
  while (taken < 10_000 && bucket.take(1) === undefined) taken += 1
  return taken
}

/** A store of charges in memory, with a delay. It can be made unavailable. */
export const sharedIn = (clock: VirtualClock) => {
  const levels = new Map<string, { level: number; atMs: number }>()
  const charges: Charge[] = []
  const state = { isDown: false, gateways: 2 }
  const spendOne = ({ key, cost, rate: { perMinute, burst } }: Charge): number => {
    const kept = levels.get(key) ?? { level: burst, atMs: clock.monotonicMs() }
    const now = clock.monotonicMs()
    const filled = Math.min(burst, kept.level + ((now - kept.atMs) * perMinute) / 60_000)
    const level = Math.max(-burst, filled - cost)
    levels.set(key, { level, atMs: now })
    return level >= 0 ? 0 : Math.ceil((-level * 60_000) / perMinute)
  }
  const rateLimitStore: RateLimitStore = {
    spend: async (items) => {
      await clock.sleep(5)
      if (state.isDown) throw new Error('down')
      charges.push(...items)
      return items.map(spendOne)
    },
    get gateways() {
      return state.gateways
    },
    close: async () => undefined,
  }
  return { rateLimitStore, state, charges }
}
