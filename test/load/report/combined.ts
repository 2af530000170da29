import type { LatencySummary } from '../../support/load/latencies.ts'
import { createLatencies } from '../../support/load/latencies.ts'

/** The summary of histograms of several processes. */
export const combined = (encoded: readonly string[]): LatencySummary => {
  const latencies = createLatencies()
  for (const text of encoded) latencies.add(text)
  return latencies.summary()
}
