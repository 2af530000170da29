import type { Clock } from '../../../shared/ports/clock.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'

/** How to find out that a command will never have an effect. */
export interface DecisionDeps {
  /** Resolves when the writers have acknowledged all commands that were published before, or when the signal is aborted. */
  readonly drained: (signal: AbortSignal) => Promise<void>
  readonly clock: Clock
}

const pollMs = 20
const quietMs = 2_000
/** The writers may be busy, or a writer may be replaced. */
const answerMs = 120_000

/**
 * Waits for the effect of published commands. False: the writers have acknowledged them without it, so that the dead-letter
 * topic has one of them, or they have refused it. Rejects if the writers acknowledge nothing. `hasEffect` reads the store.
 */
export const untilDecided = async ({ drained, clock }: DecisionDeps, hasEffect: () => Promise<boolean>): Promise<boolean> => {
  for (const startedAt = clock.monotonicMs(); clock.monotonicMs() - startedAt < quietMs; await pause(clock, pollMs))
    if (await hasEffect()) return true
  const givenUp = new AbortController()
  const timer = clock.after(answerMs, () => givenUp.abort())
  await drained(givenUp.signal).finally(() => timer.cancel())
  if (await hasEffect()) return true
  if (givenUp.signal.aborted) throw new Error('no writer has decided in time: run the same command again, and it continues')
  return false
}
