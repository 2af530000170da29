import type { Clock } from '../../../shared/ports/clock.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import type { Findings } from './findings.ts'
import { missingOnStream } from './findings.ts'

/** The position of the audit in the event stream. */
export interface StreamDeps {
  readonly clock: Clock
  /** Resolves when the tally has seen every record that was on the event stream at the call. */
  readonly caughtUp: () => Promise<void>
}

/** The time that a writer, or its successor after a crash, has to publish stored events. */
const graceMs = 30_000
const pollMs = 500

/** Adds a finding for each stream whose records end before its head, after a grace time. */
export const compareHeads = async (
  { clock, caughtUp }: StreamDeps,
  heads: ReadonlyMap<string, number>,
  lastOf: (stream: string) => number,
  findings: Findings,
): Promise<void> => {
  const startedMs = clock.monotonicMs()
  let behind = [...heads]
  for (;;) {
    await caughtUp()
    behind = behind.filter(([stream, head]) => lastOf(stream) < head)
    if (behind.length === 0 || clock.monotonicMs() - startedMs > graceMs) break
    await pause(clock, pollMs)
  }
  for (const [stream, head] of behind) findings.add(missingOnStream(stream, `ends at ${lastOf(stream)} of ${head}`))
}
