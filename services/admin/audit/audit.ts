import type { EventAge, EventKey } from '../../../shared/ports/stream-summary.ts'
import type { CanaryDeps, Flight } from './canary.ts'
import { flyCanaries, judgeFlights } from './canary.ts'
import type { Findings } from './findings.ts'
import { createFindings } from './findings.ts'
import type { Progress } from './judge-log.ts'
import { judgeLog, lagOf } from './judge-log.ts'
import { judgeAhead, judgeUnseen, unseenBefore } from './judge-window.ts'
import type { StreamTally } from './stream-tally.ts'
import type { WalkDeps, Walked } from './walk-store.ts'
import { walkAll, walkChanged } from './walk-store.ts'

/** What an audit asks, each of one technology. */
export interface AuditDeps extends CanaryDeps, WalkDeps {
  readonly progress: () => Promise<readonly Progress[]>
  /** How long ago these events were stored; those that do not exist are left out. */
  readonly ages: (events: readonly EventKey[]) => Promise<readonly EventAge[]>
}

export interface AuditReport {
  readonly at: string
  readonly tookMs: number
  readonly log: { readonly partitions: number; readonly lag: number }
  readonly store: Walked['store']
  readonly stream: { readonly records: number }
  readonly canary: { readonly flights: readonly Flight[] }
  readonly findings: Pick<Findings, 'count' | 'first'>
}

const streamsPerPass = 200_000

/** Compares the streams with the store and adds what differs to the findings. */
export const compareStreams = async (
  ports: WalkDeps & Pick<AuditDeps, 'ages'>,
  tally: StreamTally,
  findings: Findings,
  round: { readonly isFull: boolean; readonly streamsPerPass: number },
): Promise<Walked> => {
  if (round.isFull) tally.renew(ports.clock.monotonicMs())
  // Taken before the walk: a stream that changes during it is walked again in the next round.
  const window = tally.takeWindow()
  const walked = round.isFull
    ? await walkAll(ports, tally, window, findings, round.streamsPerPass)
    : await walkChanged(ports, tally, window, findings)
  for (const finding of judgeAhead(window, walked.heads)) findings.add(finding)
  const unseen = unseenBefore(window)
  // Measured before the ages, so that a slow answer makes events look older, never younger.
  const completeForMs = ports.clock.monotonicMs() - tally.completeSinceMs
  if (unseen.length > 0) for (const finding of judgeUnseen(await ports.ages(unseen), completeForMs)) findings.add(finding)
  findings.addAll(tally.takeFindings())
  return walked
}

/**
 * Verifies against each other the copies that the service keeps in several
 * places. A full audit walks every stream and reads the event stream from its
 * beginning. Otherwise it walks the streams of which the event stream has
 * brought records since the last round.
 */
export const audit = async (ports: AuditDeps, tally: StreamTally, isFull = true): Promise<AuditReport> => {
  const { clock } = ports
  const startedMs = clock.monotonicMs()
  const findings = createFindings()
  const before = await ports.progress()
  const flights = await flyCanaries(ports)
  for (const finding of judgeFlights(flights)) findings.add(finding)
  const { store, records } = await compareStreams(ports, tally, findings, { isFull, streamsPerPass })
  const after = await ports.progress()
  for (const finding of judgeLog(before, after)) findings.add(finding)

  return {
    at: new Date(clock.nowMs()).toISOString(),
    tookMs: Math.round(clock.monotonicMs() - startedMs),
    log: { partitions: after.length, lag: lagOf(after) },
    store,
    stream: { records },
    canary: { flights },
    findings: { count: findings.count, first: findings.first },
  }
}
