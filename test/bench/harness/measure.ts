import type { Burst, BurstResult } from '../load/burst.ts'
import type { LoadProcess } from '../load/start-load.ts'
import type { Parts } from './cpu.ts'
import { cpuOf, machineCpu } from './cpu.ts'

/** CPU time of an interval. */
export interface CpuUse {
  readonly seconds: number
  /** CPU time of each part, in microseconds. */
  readonly parts: Readonly<Record<string, number>>
  /** Share of one core that the load used. */
  readonly loadBusy: number
  /** Cores that other programs used. */
  readonly otherCores: number
}

/** Starts a measurement; the returned function ends it. The part named `load` is the load. */
export const measureCpu = (parts: Parts): (() => CpuUse) => {
  const [before, machineBefore, startedMs] = [cpuOf(parts), machineCpu(), performance.now()]
  return () => {
    const [after, machine, seconds] = [cpuOf(parts), machineCpu() - machineBefore, (performance.now() - startedMs) / 1_000]
    const used = Object.fromEntries(Object.keys(parts).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]))
    const ours = Object.values(used).reduce((sum, micros) => sum + micros, 0)
    return {
      seconds,
      parts: used,
      loadBusy: (used.load ?? 0) / 1e6 / seconds,
      otherCores: Math.max(0, machine - ours) / 1e6 / seconds,
    }
  }
}

export interface Measured extends BurstResult {
  readonly cpu: CpuUse
  /** Confirmed messages per second during the measured time. */
  readonly rate: number
}

/** The load was too busy for a valid measurement. */
export const isVoid = ({ cpu }: Pick<Measured, 'cpu'>): boolean => cpu.loadBusy > 0.8

export const measureBurst = async (load: LoadProcess, parts: Parts, burst: Burst): Promise<Measured> => {
  const all = { ...parts, load: [load.pid] }
  let end: (() => CpuUse) | undefined
  let cpu: CpuUse | undefined
  const result = await load.run(burst, (isOpen) => {
    if (isOpen) end = measureCpu(all)
    else cpu = end?.()
  })
  if (cpu === undefined) throw new Error('the load has no measurement')
  return { ...result, cpu, rate: result.confirmedMeanwhile / cpu.seconds }
}

/** CPU time of each part per unit of work, in microseconds. */
export const perUnit = ({ parts }: CpuUse, units: number): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(parts).map(([name, micros]) => [name, micros / Math.max(1, units)]))

export const cpuText = (use: CpuUse, units: number): string => {
  const each = perUnit(use, units)
  const sum = Object.values(each).reduce((all, micros) => all + micros, 0)
  return `${Object.entries(each)
    .map(([name, micros]) => `${name} ${micros < 10 ? micros.toFixed(2) : micros.toFixed(0)}`)
    .join(', ')}; in all ${sum < 10 ? sum.toFixed(2) : sum.toFixed(0)} µs`
}
