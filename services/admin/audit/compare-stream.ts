import type { Clock } from '../../../shared/ports/clock.ts'
import type { Findings } from './findings.ts'
import { missingOnStream } from './findings.ts'

export interface StreamDeps {
  readonly clock: Clock
  /** Resolves when the tally has seen every record that was on the event stream at the call. */
  readonly caughtUp: () => Promise<void>
}

/** A writer that has stored and not published yet is given this long, or its successor. */
const graceMs = 30_000
const lookAgainMs = 500

const pause = (clock: Clock): Promise<void> => new Promise((resolve) => void clock.after(lookAgainMs, resolve))

/** Finds streams whose records end before these heads, after a grace time. */
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
    await pause(clock)
  }
  for (const [stream, head] of behind) findings.add(missingOnStream(stream, `ends at ${lastOf(stream)} of ${head}`))
}
