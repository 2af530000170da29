import type { Parts } from '../harness/cpu.ts'
import type { Measured } from '../harness/measure.ts'
import { cpuText, isVoid, measureBurst } from '../harness/measure.ts'
import { highestSustained } from '../harness/search.ts'
import type { LoadProcess } from '../load/start-load.ts'

/** The highest p99 at which a rate counts as sustained, in milliseconds. */
const latencyMs = 250

export interface PipelineSearch {
  readonly load: LoadProcess
  readonly parts: Parts
  /** Messages in flight in the closed loop, which gives a first estimate. */
  readonly inFlight: number
  readonly seconds: number
  readonly mostAttempts: number
  readonly say: (line: string) => void
}

const mostWaitMs = 60_000

export const isSustained = (measured: Measured): boolean =>
  measured.isWhole && measured.received.p99 < latencyMs && measured.rate > 0.97 * measured.perSecond && !isVoid(measured)

export const ms = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0))

export const burstText = (measured: Measured): string => {
  const { received, stored, rate, cpu } = measured
  return (
    `${rate.toFixed(0)}/s, stored p50 ${ms(stored.p50)} p99 ${ms(stored.p99)} ms, ` +
    `received p50 ${ms(received.p50)} p99 ${ms(received.p99)} ms${measured.refused === 0 ? '' : `, ${measured.refused} refused`}; a message costs ${cpuText(cpu, measured.confirmedMeanwhile)}; ` +
    `load ${(100 * cpu.loadBusy).toFixed(0)} % busy, others on the machine ${cpu.otherCores.toFixed(1)} cores`
  )
}

/** Runs a closed loop, which also warms up the processes; then open loops at one rate after another. */
export const searchPipeline = async (
  options: PipelineSearch,
): Promise<{ best: Measured | undefined; all: Measured[]; flood: Measured }> => {
  const { load, parts, inFlight, seconds, mostAttempts, say } = options
  const flood = await measureBurst(load, parts, { perSecond: 0, inFlight, warmUpSeconds: 3 * seconds, seconds, mostWaitMs })
  say(`  closed loop of ${inFlight}: ${burstText(flood)}`)
  const attempt = async (perSecond: number): Promise<Measured> => {
    const measured = await measureBurst(load, parts, { perSecond, warmUpSeconds: seconds / 3, seconds, mostWaitMs })
    say(`  ${perSecond}/s ${isSustained(measured) ? 'held' : isVoid(measured) ? 'void' : 'not held'}: ${burstText(measured)}`)
    return measured
  }
  const startAt = Math.max(20, flood.rate * 0.6)
  return { ...(await highestSustained({ attempt, isSustained, startAt, factor: 1.25, mostAttempts })), flood }
}
