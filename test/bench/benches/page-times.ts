import type { LatencySummary } from '../../support/load/latencies.ts'
import type { BenchContext, BenchReport } from '../harness/bench.ts'
import { timed } from '../harness/timed-requests.ts'
import { ms } from './pipeline-search.ts'

const defaultAimMs = 20

/** How long one kind of page took. */
export interface PageTimes {
  readonly what: string
  readonly summary: LatencySummary
}

/** Measures so many reads of a kind of page, and prints the result. */
export const timePages = async (
  { say }: BenchContext,
  what: string,
  calls: number,
  read: (call: number) => Promise<unknown>,
): Promise<PageTimes> => {
  const summary = await timed(calls, read)
  say(`  ${what}: p50 ${ms(summary.p50)} p99 ${ms(summary.p99)} ms`)
  return { what, summary }
}

/** One row for each kind of page, with `title` before its name. A short run has no aim. */
export const pageReport = (
  { isShort }: BenchContext,
  title: string,
  times: readonly PageTimes[],
  problems: readonly string[],
  aimMs: number = defaultAimMs,
): BenchReport => ({
  rows: times.map(({ what, summary: { p50, p99 } }) => ({
    what: `${title} ${what}, ms`,
    result: `p50 ${ms(p50)} p99 ${ms(p99)}`,
    ...(isShort ? {} : { aim: `p99 < ${aimMs} ms`, isMet: p99 < aimMs }),
  })),
  problems,
  data: times,
})
