import type { CanaryDeps, CanaryResult } from './canary.ts'
import { canaryFindings, sendCanaries } from './canary.ts'
import type { Findings } from './findings.ts'
import { createFindings } from './findings.ts'
import type { Progress } from './log-findings.ts'
import { lagOf, logFindings } from './log-findings.ts'
import type { StreamTally } from './stream-tally.ts'
import type { VerifyStoreDeps } from './verify-deps.ts'
import type { VerifiedStore } from './verify-store.ts'
import { verifyAll, verifyChanged } from './verify-store.ts'
import { unseenBefore, unseenFindings } from './window-findings.ts'

/** The data sources of an audit. */
export interface AuditDeps extends CanaryDeps, VerifyStoreDeps {
  readonly progress: () => Promise<readonly Progress[]>
}

/** The result of one round, as `--json` prints it. */
export interface AuditReport {
  readonly at: string
  readonly tookMs: number
  readonly log: { readonly partitions: number; readonly lag: number }
  readonly store: VerifiedStore['store']
  readonly stream: { readonly records: number }
  readonly canary: { readonly flights: readonly CanaryResult[] }
  readonly findings: Pick<Findings, 'count' | 'first'>
}

const streamsPerPass = 200_000

/** Compares the streams with the store and adds the differences to the findings. */
export const compareStreams = async (
  deps: VerifyStoreDeps,
  tally: StreamTally,
  findings: Findings,
  round: { readonly isFull: boolean; readonly streamsPerPass: number },
): Promise<VerifiedStore> => {
  if (round.isFull) tally.renew(deps.clock.monotonicMs())
  // Taken before the reads, so that a stream that changes during them is verified again in the next round.
  const window = tally.takeWindow()
  const verified = round.isFull
    ? await verifyAll(deps, tally, findings, round.streamsPerPass)
    : await verifyChanged(deps, tally, window, findings)
  const unseen = unseenBefore(window)
  // Measured before the ages, so that a slow answer makes events look older, never younger.
  const completeForMs = deps.clock.monotonicMs() - tally.completeSinceMs
  if (unseen.length > 0) for (const finding of unseenFindings(await deps.ages(unseen), completeForMs)) findings.add(finding)
  findings.addAll(tally.takeFindings())
  return verified
}

/**
 * Verifies the copies of the service's data against each other. A full audit
 * verifies every stream and reads the event stream from its beginning. Otherwise it
 * verifies the streams with new records in the event stream since the last round.
 */
export const audit = async (deps: AuditDeps, tally: StreamTally, isFull = true): Promise<AuditReport> => {
  const { clock } = deps
  const startedMs = clock.monotonicMs()
  const findings = createFindings()
  const before = await deps.progress()
  const flights = await sendCanaries(deps)
  for (const finding of canaryFindings(flights)) findings.add(finding)
  const { store, records } = await compareStreams(deps, tally, findings, { isFull, streamsPerPass })
  const after = await deps.progress()
  for (const finding of logFindings(before, after)) findings.add(finding)

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
