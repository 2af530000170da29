import type { Clock } from '../../../shared/ports/clock.ts'

const everyMs = 5_000

/** Receives the number of items so far, and the number of those that were rejected. */
export type PrintProgress = (done: number, rejected?: number) => void

/** Prints the progress every five seconds: the items so far, those in a second, and the rejected ones. */
export const progressLine = (print: (text: string) => void, clock: Clock, items: string): PrintProgress => {
  let printedMs = clock.monotonicMs()
  let printedDone: number | undefined
  return (done, rejected = 0) => {
    const nowMs = clock.monotonicMs()
    printedDone ??= done
    if (nowMs - printedMs < everyMs) return
    const perSecond = Math.round(((done - printedDone) / (nowMs - printedMs)) * 1_000)
    print(`${done} ${items}, ${perSecond} a second${rejected === 0 ? '' : `, ${rejected} rejected`}`)
    printedMs = nowMs
    printedDone = done
  }
}
