import { createFeedWalk } from '../feed-walk.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

/** I3: no duplicate is visible in the store, in a socket's feed or in a list, and no sending is confirmed twice. */
export const nothingTwice: Invariant = ({ truth }) => {
  const findings = createFindings(truth.flaws.I3)
  const walk = createFeedWalk(truth)
  const confirmed = new Set<number>()
  const lists = new Map<number, number>()
  return {
    see: (entry) => {
      const { kind, socket, room, seq, operation } = entry
      const step = walk.see(entry)
      if (step?.step === 'repeated') findings.add(`socket ${socket}, room ${room}: ${seq} again, after ${step.before}`)
      if (kind === 'frame' && operation !== 0) {
        if (confirmed.has(operation))
          findings.add(`socket ${socket}, room ${room}: one sending was confirmed twice, at ${seq} too`)
        confirmed.add(operation)
      }
      if (kind !== 'listed') return
      if (seq <= (lists.get(operation) ?? 0)) findings.add(`room ${room}: a list shows ${seq} after ${lists.get(operation)}`)
      lists.set(operation, seq)
    },
    verdict: () => findings,
  }
}
