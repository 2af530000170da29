import type { EventStore } from '../../shared/ports/event-store.ts'
import { StoreError } from '../../shared/ports/event-store.ts'
import type { DecisionLimits, Verdict } from './decide-batch.ts'
import { decideBatch } from './decide-batch.ts'
import type { WriterMetrics } from './metrics.ts'
import type { Settled } from './outcome-lines.ts'
import type { Hold, Patience } from './patience.ts'
import type { Persist } from './persist.ts'
import type { Entry, Faulty } from './read-record.ts'
import { touchedBy } from './touched-by.ts'

export interface Settlement {
  /** Decided and stored, in the order of the log. */
  readonly settled: readonly Settled[]
  /** Those that can be neither decided nor stored. */
  readonly faulty: readonly Faulty[]
}

/** Decides and stores; throws only when the batch is given up. */
export type Settle = (entries: readonly Entry[], hold: Hold) => Promise<Settlement>

export interface SettleDeps {
  readonly transact: EventStore['transact']
  readonly patience: Patience
  readonly persist: Persist
  readonly metrics: WriterMetrics
  readonly limits: DecisionLimits
}

/** Deciding itself failed, by a fault of ours: for the record at fault that is as final as the store's no. */
class DecisionError extends Error {
  constructor(cause: unknown) {
    super(`deciding failed: ${cause instanceof Error ? cause.name : 'unknown'}`, { cause })
    this.name = 'DecisionError'
  }
}

/** Clashes in a row before the store is treated as unwell. */
const clashesAtOnce = 5

const isClash = (error: unknown): boolean => error instanceof StoreError && error.fault === 'clash'

const isRecordFault = (error: unknown): error is Error =>
  error instanceof DecisionError || (error instanceof StoreError && error.fault === 'record')

const concatenated = (first: Settlement, second: Settlement): Settlement => ({
  settled: [...first.settled, ...second.settled],
  faulty: [...first.faulty, ...second.faulty],
})

/**
 * Decides a batch over the store's state and stores what was decided, all in
 * one transaction. Who loses a race decides again; while the store is away the
 * batch waits; a batch that the store refuses for what it is gets halved, in
 * order, until the record at fault stands alone.
 */
export const createSettle = ({ transact, patience, persist, metrics, limits }: SettleDeps): Settle => {
  const decideAndStore = async (entries: readonly Entry[]): Promise<readonly Settled[]> => {
    const commands = entries.map(({ command }) => command)
    const attempt: { verdict?: Verdict; failure?: DecisionError } = {}
    try {
      await transact(touchedBy(commands, limits.chatsPerUser), (loaded) => {
        try {
          attempt.verdict = decideBatch(commands, loaded, limits)
          return attempt.verdict.decided
        } catch (error) {
          attempt.failure = new DecisionError(error)
          throw attempt.failure
        }
      })
    } catch (error) {
      throw attempt.failure ?? error
    }
    const decisions = attempt.verdict?.decisions ?? []
    return entries.flatMap((entry, index) => {
      const decision = decisions[index]
      return decision === undefined ? [] : [{ entry, decision }]
    })
  }

  const decideUntilFirst = async (entries: readonly Entry[]): Promise<readonly Settled[]> => {
    for (let clashes = 1; ; clashes += 1) {
      try {
        return await decideAndStore(entries)
      } catch (error) {
        if (!isClash(error) || clashes > clashesAtOnce) throw error
        metrics.onRetry('clash')
      }
      await patience.afterClash(clashes)
    }
  }

  const settle: Settle = async (entries, hold) => {
    if (entries.length === 0) return { settled: [], faulty: [] }
    let settled: readonly Settled[] = []
    const run = async () => {
      settled = await decideUntilFirst(entries)
    }
    try {
      await persist(hold, { part: 'eventStore', cause: 'store', run, isFinal: isRecordFault })
      return { settled, faulty: [] }
    } catch (error) {
      if (!isRecordFault(error)) throw error
      const [first] = entries
      if (entries.length === 1 && first !== undefined) {
        return { settled: [], faulty: [{ record: first.record, reason: error.message }] }
      }
    }
    return halves(entries, hold)
  }

  const halves: Settle = async (entries, hold) => {
    await hold.heartbeat()
    const middle = Math.ceil(entries.length / 2)
    const first = await settle(entries.slice(0, middle), hold)
    return concatenated(first, await settle(entries.slice(middle), hold))
  }

  return settle
}
