import type { Histogram } from 'hdr-histogram-js'
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js'

/** Durations of one kind in constant memory, with three significant digits. */
export interface Latencies {
  record(ms: number): void
  summary(): LatencySummary
  /** As text, which another process can add to its own. */
  encode(): string
  add(encoded: string): void
  /** The durations since the last call, as text. */
  takeInterval(): string
  reset(): void
}

/** In milliseconds. */
export interface LatencySummary {
  readonly count: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  /** For a curve: percentile and value. */
  readonly curve: readonly (readonly [number, number])[]
}

const perMs = 1_000
const longestMs = 10 * 60_000
const curvePoints = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100]

const newHistogram = (): Histogram =>
  build({ lowestDiscernibleValue: 1, highestTrackableValue: longestMs * perMs, numberOfSignificantValueDigits: 3 })

export const createLatencies = (): Latencies => {
  const histogram = newHistogram()
  /** The durations since the last interval was taken; undefined before the first one. */
  let interval: Histogram | undefined
  const at = (percentile: number): number => (histogram.totalCount === 0 ? 0 : histogram.getValueAtPercentile(percentile) / perMs)
  return {
    record: (ms) => {
      const value = Math.min(longestMs * perMs, Math.max(1, Math.round(ms * perMs)))
      histogram.recordValue(value)
      interval?.recordValue(value)
    },
    summary: () => ({
      count: histogram.totalCount,
      mean: histogram.totalCount === 0 ? 0 : histogram.mean / perMs,
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p999: at(99.9),
      max: histogram.maxValue / perMs,
      curve: curvePoints.map((percentile) => [percentile, at(percentile)] as const),
    }),
    encode: () => encodeIntoCompressedBase64(histogram),
    add: (encoded) => histogram.add(decodeFromCompressedBase64(encoded)),
    takeInterval: () => {
      const encoded = encodeIntoCompressedBase64(interval ?? histogram)
      interval ??= newHistogram()
      interval.reset()
      return encoded
    },
    reset: () => histogram.reset(),
  }
}
