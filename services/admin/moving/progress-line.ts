import type { Clock } from '../../../shared/ports/clock.ts'
import type { ImportProgress } from './import-state.ts'

const everyMs = 5_000

/** Prints the progress every five seconds: the lines so far, those in a second, and the rejected ones. */
export const progressLine = (print: (text: string) => void, clock: Clock): ((progress: ImportProgress) => void) => {
  let printedMs = clock.monotonicMs()
  let printedLines: number | undefined
  return ({ lines, rejected }) => {
    const nowMs = clock.monotonicMs()
    printedLines ??= lines
    if (nowMs - printedMs < everyMs) return
    const perSecond = Math.round(((lines - printedLines) / (nowMs - printedMs)) * 1_000)
    print(`${lines} lines, ${perSecond} a second${rejected === 0 ? '' : `, ${rejected} rejected`}`)
    printedMs = nowMs
    printedLines = lines
  }
}
