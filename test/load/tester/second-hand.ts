import type { Counts } from '../../support/load/counts.ts'
import { createLatencies } from '../../support/load/latencies.ts'
import type { Sample } from '../crew/crew-messages.ts'
import type { Second } from './load-report.ts'

/** Combines the samples of all processes for each second. */
export interface SecondHand {
  readonly seconds: readonly Second[]
  tick(at: number, samples: readonly Sample[]): Second
}

export const sumOf = (record: Readonly<Record<string, number>>): number =>
  Object.values(record).reduce((sum, value) => sum + value, 0)

const total = (samples: readonly Sample[], of: (counts: Counts) => number): number =>
  samples.reduce((sum, { counts }) => sum + of(counts), 0)

export const createSecondHand = (): SecondHand => {
  const seconds: Second[] = []
  const last = { sent: 0, confirmed: 0, frames: 0, refused: 0 }

  const since = (key: keyof typeof last, now: number): number => {
    const grown = now - last[key]
    last[key] = now
    return grown
  }

  const percentiles = (encoded: readonly string[]): { readonly p50: number; readonly p99: number } => {
    const together = createLatencies()
    for (const text of encoded) together.add(text)
    return together.summary()
  }

  return {
    seconds,
    tick: (at, samples) => {
      const stored = percentiles(samples.map((sample) => sample.stored))
      const received = percentiles(samples.map((sample) => sample.received))
      const second: Second = {
        at,
        open: samples.reduce((sum, { open }) => sum + open, 0),
        sent: since(
          'sent',
          total(samples, ({ sent }) => sent),
        ),
        confirmed: since(
          'confirmed',
          total(samples, ({ confirmed }) => confirmed),
        ),
        frames: since(
          'frames',
          total(samples, ({ frames }) => frames),
        ),
        refused: since(
          'refused',
          total(samples, ({ refused }) => sumOf(refused)),
        ),
        storedP50: stored.p50,
        storedP99: stored.p99,
        receivedP50: received.p50,
        receivedP99: received.p99,
        busy: Math.max(0, ...samples.map(({ busy }) => busy)),
      }
      seconds.push(second)
      return second
    },
  }
}
