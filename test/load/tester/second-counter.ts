import type { Counts } from '../../support/load/counts.ts'
import type { Latencies, LatencySummary } from '../../support/load/latencies.ts'
import { createLatencies } from '../../support/load/latencies.ts'
import type { Second } from '../report/load-report.ts'
import type { Sample } from '../workers/worker-messages.ts'

/** Combines the samples of all processes for each second. */
export interface SecondCounter {
  readonly seconds: readonly Second[]
  tick(at: number, samples: readonly Sample[]): Second
  /** Everything since the start of the run. */
  soFar(): SoFar
}

export interface SoFar {
  readonly counts: readonly Counts[]
  readonly latencies: { readonly connect: LatencySummary; readonly stored: LatencySummary; readonly received: LatencySummary }
}

export const sumOf = (record: Readonly<Record<string, number>>): number =>
  Object.values(record).reduce((sum, value) => sum + value, 0)

const total = (samples: readonly Sample[], of: (sample: Sample) => number): number =>
  samples.reduce((sum, sample) => sum + of(sample), 0)

/** Adds the durations of all processes to `all`; returns the percentiles of these alone. */
const combine = (encoded: readonly string[], all: Latencies): LatencySummary => {
  const interval = createLatencies()
  for (const text of encoded) {
    interval.add(text)
    all.add(text)
  }
  return interval.summary()
}

export const createSecondCounter = (): SecondCounter => {
  const seconds: Second[] = []
  const last = { sent: 0, confirmed: 0, frames: 0, refused: 0, iterations: 0 }
  const all = { connect: createLatencies(), stored: createLatencies(), received: createLatencies() }
  let counts: readonly Counts[] = []

  const since = (key: keyof typeof last, now: number): number => {
    const grown = now - last[key]
    last[key] = now
    return grown
  }

  const scenarioPart = (samples: readonly Sample[]): Pick<Second, 'iterations' | 'active'> => {
    if (!samples.some(({ scenario }) => scenario !== undefined)) return {}
    const completed = total(samples, ({ scenario }) => scenario?.iterations.completed ?? 0)
    return { iterations: since('iterations', completed), active: total(samples, ({ scenario }) => scenario?.active ?? 0) }
  }

  const countsPart = (samples: readonly Sample[]): Pick<Second, 'sent' | 'confirmed' | 'frames' | 'refused'> => {
    const sum = (of: (counts: Counts) => number): number => total(samples, (sample) => of(sample.counts))
    return {
      sent: since(
        'sent',
        sum(({ sent }) => sent),
      ),
      confirmed: since(
        'confirmed',
        sum(({ confirmed }) => confirmed),
      ),
      frames: since(
        'frames',
        sum(({ frames }) => frames),
      ),
      refused: since(
        'refused',
        sum(({ refused }) => sumOf(refused)),
      ),
    }
  }

  return {
    seconds,
    tick: (at, samples) => {
      combine(
        samples.map(({ connect }) => connect),
        all.connect,
      )
      const stored = combine(
        samples.map((sample) => sample.stored),
        all.stored,
      )
      const received = combine(
        samples.map((sample) => sample.received),
        all.received,
      )
      counts = samples.map((sample) => sample.counts)
      const second: Second = {
        at,
        open: total(samples, ({ open }) => open),
        ...countsPart(samples),
        storedP50: stored.p50,
        storedP99: stored.p99,
        receivedP50: received.p50,
        receivedP99: received.p99,
        busy: Math.max(0, ...samples.map(({ busy }) => busy)),
        ...scenarioPart(samples),
      }
      seconds.push(second)
      return second
    },
    soFar: () => ({
      counts,
      latencies: { connect: all.connect.summary(), stored: all.stored.summary(), received: all.received.summary() },
    }),
  }
}
