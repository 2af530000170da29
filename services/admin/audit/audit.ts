import type { Clock } from '../../../shared/ports/clock.ts'
import type { StreamAccount } from '../../../shared/ports/stream-account.ts'
import type { CanaryPorts, Flight } from './canary.ts'
import { flyCanaries, judgeFlights } from './canary.ts'
import type { Findings } from './findings.ts'
import { createFindings } from './findings.ts'
import { judgeAccount, judgeOrphan } from './judge-account.ts'
import type { Progress } from './judge-log.ts'
import { judgeLog, lagOf } from './judge-log.ts'
import type { StreamTally } from './stream-tally.ts'

/** What an audit asks, each of one technology. */
export interface AuditPorts extends CanaryPorts {
  readonly progress: () => Promise<readonly Progress[]>
  /** Goes through these streams; undefined: through all. */
  readonly walk: (
    onSlice: (slice: { readonly accounts: readonly StreamAccount[]; readonly orphans: readonly string[] }) => void,
    streams?: ReadonlySet<string>,
  ) => Promise<void>
  /** Resolves when the tally has seen all that was on the event stream at the call. */
  readonly caughtUp: () => Promise<void>
}

export interface AuditReport {
  readonly at: string
  readonly tookMs: number
  readonly log: { readonly partitions: number; readonly lag: number }
  readonly store: { readonly chats: number; readonly users: number; readonly events: number; readonly messages: number }
  readonly stream: { readonly records: number }
  readonly canary: { readonly flights: readonly Flight[] }
  readonly findings: Pick<Findings, 'count' | 'first'>
}

/** A writer that has stored and not published yet is given this long, or its successor. */
const graceMs = 30_000
const lookAgainMs = 500

/**
 * Verifies against each other what the service keeps in several places. A full
 * audit walks every stream. Otherwise only those are walked of which the event
 * stream has brought records since the last round.
 */
export const audit = async (ports: AuditPorts, tally: StreamTally, isFull = true): Promise<AuditReport> => {
  const { clock } = ports
  const startedMs = clock.monotonicMs()
  const findings = createFindings()
  const before = await ports.progress()
  const flights = await flyCanaries(ports)
  for (const finding of judgeFlights(flights)) findings.add(finding)
  const heads = new Map<string, number>()
  // Asked before the walk: a stream that changes during it is walked again in the next round.
  const changed = tally.takeChanged()
  const counted = { chats: 0, users: 0, events: 0, messages: 0 }

  await ports.walk(
    ({ accounts, orphans }) => {
      for (const account of accounts) {
        heads.set(account.stream, account.head)
        counted[account.kind === 'chat' ? 'chats' : 'users'] += 1
        counted.events += account.events
        counted.messages += account.messages
        for (const finding of judgeAccount(account)) findings.add(finding)
      }
      for (const stream of orphans) findings.add(judgeOrphan(stream))
    },
    isFull ? undefined : changed,
  )
  for (const finding of await behind(ports, tally, heads)) findings.add(finding)
  for (const finding of tally.takeFindings()) findings.add(finding)
  const after = await ports.progress()
  for (const finding of judgeLog(before, after)) findings.add(finding)

  return {
    at: new Date(clock.nowMs()).toISOString(),
    tookMs: Math.round(clock.monotonicMs() - startedMs),
    log: { partitions: after.length, lag: lagOf(after) },
    store: counted,
    stream: { records: tally.records },
    canary: { flights },
    findings: { count: findings.count, first: findings.first },
  }
}

const pause = (clock: Clock): Promise<void> => new Promise((resolve) => void clock.after(lookAgainMs, resolve))

/** What the event stream lacks of the heads, once it had the time. */
const behind = async ({ clock, caughtUp }: AuditPorts, tally: StreamTally, heads: ReadonlyMap<string, number>) => {
  const startedMs = clock.monotonicMs()
  for (;;) {
    await caughtUp()
    const missing = tally.behind(heads)
    if (missing.length === 0 || clock.monotonicMs() - startedMs > graceMs) return missing
    await pause(clock)
  }
}
