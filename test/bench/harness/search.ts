import type { Measured } from './measure.ts'

export interface SearchOptions {
  /** Measures one rate. */
  readonly attempt: (perSecond: number) => Promise<Measured>
  readonly isSustained: (measured: Measured) => boolean
  readonly startAt: number
  readonly factor: number
  readonly mostAttempts: number
  /** Whether no further rate can be measured after this one. */
  readonly isOver?: (measured: Measured) => boolean
}

/**
 * The highest rate that is sustained: up by `factor` until one is not, then
 * between the two. A rate that fails is tried once more, because other
 * programs may have used the machine.
 */
export const highestSustained = async (options: SearchOptions): Promise<{ best: Measured | undefined; all: Measured[] }> => {
  const { attempt, isSustained, factor, mostAttempts, isOver = () => false } = options
  const all: Measured[] = []
  let best: Measured | undefined
  let tooMuch = Number.POSITIVE_INFINITY
  let next = options.startAt
  let isEnded = false

  const isGood = async (rate: number): Promise<boolean> => {
    for (let tries = 0; tries < 2 && !isEnded && all.length < mostAttempts; tries += 1) {
      const measured = await attempt(rate)
      all.push(measured)
      isEnded = isOver(measured)
      if (!isSustained(measured)) continue
      if (best === undefined || measured.perSecond > best.perSecond) best = measured
      return true
    }
    return false
  }

  while (!isEnded && all.length < mostAttempts) {
    if (await isGood(Math.round(next))) {
      next = tooMuch === Number.POSITIVE_INFINITY ? next * factor : (next + tooMuch) / 2
    } else {
      tooMuch = next
      const low = best?.perSecond ?? next / factor ** 2
      next = (low + tooMuch) / 2
    }
    if (tooMuch - (best?.perSecond ?? 0) < 0.04 * tooMuch) break
  }
  return { best, all }
}
