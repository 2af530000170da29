import type { Entry } from '../../load/entry.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'

/** The outcomes that the service reports: not a frame, which is reported by itself, and not a time-out of the client. */
const isAnswer = ({ kind, code, seq }: Readonly<Entry>): boolean =>
  (kind === 'ok' && seq === 0) || kind === 'failed' || (kind === 'unknown' && code === 'timeout')

/** I3: no duplicate is visible in the store, in a socket's feed or in a list, and no sending is answered twice. */
export const nothingTwice: Invariant = ({ truth }) => {
  const findings = createFindings(truth.flaws.I3)
  const settled = new Set<number>()
  const lists = new Map<number, number>()
  return {
    see: (entry, frame) => {
      const { kind, socket, room, seq, operation } = entry
      if (frame?.step === 'repeated') findings.add(`socket ${socket}, room ${room}: ${seq} again, after ${frame.before}`)
      if (operation !== 0 && (kind === 'frame' || isAnswer(entry))) {
        // A binding that resumes has two answers.
        const key = entry.event === 'resume' ? -operation : operation
        if (settled.has(key)) findings.add(`socket ${socket}, room ${room}: one sending was settled twice, at ${seq} too`)
        settled.add(key)
      }
      if (kind !== 'listed') return
      if (seq <= (lists.get(operation) ?? 0)) findings.add(`room ${room}: a list shows ${seq} after ${lists.get(operation)}`)
      lists.set(operation, seq)
    },
    verdict: () => findings,
  }
}
