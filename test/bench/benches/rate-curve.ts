import type { Parts } from '../harness/cpu.ts'
import type { StageAges } from '../harness/delivery-stages.ts'
import { measureStages, stagesText } from '../harness/delivery-stages.ts'
import type { Measured } from '../harness/measure.ts'
import { measureBurst, perUnit } from '../harness/measure.ts'
import type { LoadProcess } from '../load/start-load.ts'
import { burstText, isSustained, ms } from './pipeline-search.ts'

export interface CurveOptions {
  readonly load: LoadProcess
  readonly parts: Parts
  /** Messages per second, ascending; measured until a rate is not sustained. */
  readonly rates: readonly number[]
  /** Rates between the last one that was sustained and the first one that was not. */
  readonly bisections: number
  /** Seconds of load at each rate; by default as many as a p99 needs at that rate. */
  readonly seconds?: number
  /** Internal URLs of services whose stages are measured. */
  readonly internalUrls?: readonly string[]
  readonly say: (line: string) => void
}

export interface CurvePoint extends Measured {
  readonly stages?: StageAges
}

export interface Curve {
  readonly points: readonly CurvePoint[]
  /** Undefined: no rate was sustained. */
  readonly best: Measured | undefined
  /** The first rate that was not sustained; undefined if all given rates were sustained. */
  readonly tooMuch: number | undefined
}

/** Low rates need a longer time, because a p99 needs more than a few messages. */
const secondsAt = (perSecond: number): number => (perSecond <= 500 ? 15 : 8)

const mostOtherCores = 0.2

const mostWaitMs = 30_000

/** CPU time of one message over all server processes, in microseconds. */
export const serverMicros = ({ cpu, confirmedMeanwhile }: Measured): number => {
  const { load: _load, ...servers } = perUnit(cpu, confirmedMeanwhile)
  return Object.values(servers).reduce((sum, micros) => sum + micros, 0)
}

export const pointText = (measured: Measured): string =>
  `p50 ${ms(measured.received.p50)} p99 ${ms(measured.received.p99)} ms, ${serverMicros(measured).toFixed(0)} µs`

const warmUpInFlight = 300

/** New processes, and a new broker, run uncompiled code: a closed loop makes them compile it fastest. */
export const warmUp = async ({ load, parts }: Pick<CurveOptions, 'load' | 'parts'>, seconds: number): Promise<void> =>
  void (await measureBurst(load, parts, { perSecond: 0, inFlight: warmUpInFlight, warmUpSeconds: 0, seconds, mostWaitMs }))

/** Latency and CPU time by rate, and the highest rate that was sustained. */
export const measureCurve = async (options: CurveOptions): Promise<Curve> => {
  const { load, parts, rates, bisections, internalUrls, say, seconds } = options
  const points: CurvePoint[] = []
  let best: Measured | undefined
  let tooMuch: number | undefined
  const attempt = async (perSecond: number): Promise<CurvePoint> => {
    const endStages = internalUrls === undefined ? undefined : await measureStages(internalUrls)
    const burst = {
      perSecond,
      warmUpSeconds: seconds === undefined ? 2 : 0,
      seconds: seconds ?? secondsAt(perSecond),
      mostWaitMs,
    }
    const measured = await measureBurst(load, parts, burst)
    const stages = await endStages?.()
    say(`  ${perSecond}/s ${isSustained(measured) ? 'held' : 'not held'}: ${burstText(measured)}`)
    if (stages === undefined) return measured
    say(`    mean age in ms: ${stagesText(stages)}`)
    return { ...measured, stages }
  }
  const isHeld = async (perSecond: number): Promise<boolean> => {
    let measured = await attempt(perSecond)
    // Other work on the machine may be the cause.
    if (!isSustained(measured) && measured.cpu.otherCores > mostOtherCores) measured = await attempt(perSecond)
    points.push(measured)
    if (isSustained(measured)) best = measured
    else tooMuch = perSecond
    return isSustained(measured)
  }
  for (const rate of rates) if (!(await isHeld(rate))) break
  for (let left = bisections; left > 0 && tooMuch !== undefined; left -= 1)
    await isHeld(Math.round(((best?.perSecond ?? 0) + tooMuch) / 2))
  return { points, best, tooMuch }
}
