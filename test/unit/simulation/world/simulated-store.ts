import type { Append, Appender, EventStore, StoredEvent } from '../../../../shared/ports/event-store.ts'
import { StoreError } from '../../../../shared/ports/event-store.ts'
import type { MemberStates } from '../../../../shared/ports/member-state.ts'
import type { ReadModel } from '../../../../shared/ports/read-model.ts'
import { toStored } from '../../../../shared/records/stored-event.ts'
import type { Random } from '../../../support/simulation/random.ts'
import type { StorePoint } from '../../memory-store/memory-event-store.ts'
import type { MemoryStore } from '../../memory-store/memory-store.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { breakingAppender } from './breaking-appender.ts'

export interface StoreFaults {
  /** Probability of a statement that fails; at the end of a transaction its events may be stored. */
  readonly failure: number
  /** Probability of an append that is stored long after its connection was closed. */
  readonly late: number
  /** Probability of a statement whose connection breaks before the answer. */
  readonly broken: number
  readonly delayMs: number
  /** A connection that has no answer for that long is closed. */
  readonly answerMs: number
}

/** The two ports through which the store is read. */
export interface ReadPorts {
  readonly eventStore: EventStore
  readonly readModel: ReadModel
}

/** A store without one of its promises, for a test that shows that the checker notices. */
export type StoreMutant = (ports: ReadPorts) => ReadPorts

/** An event and the time of its commit. */
export interface CommittedEvent {
  readonly event: StoredEvent
  readonly atMs: number
}

export interface SimulatedStore extends ReadPorts {
  readonly memory: MemoryStore
  readonly memberStates: MemberStates
  /** In the order of their commits. */
  committed(): readonly CommittedEvent[]
  /** Runs work without delays and faults, and without calling the observer of commits. */
  prepare(work: (store: EventStore) => Promise<void>): Promise<void>
  /** The last commits are lost, and every connection breaks. */
  failOver(lostCommits: number): void
  /** Until `calm` or for that long, every statement fails after a delay. */
  fail(forMs: number): void
  calm(): void
}

export interface StoreOptions {
  readonly faults: StoreFaults
  readonly mutant?: StoreMutant | undefined
  /** Called before the events of an append are visible. */
  readonly onCommit?: (batch: Append) => void
}

const unansweredMs = 150
const lateMs = 400
const breaksWithinMs = 40

/** The store in memory, with delays before and after each statement, and faults of a seed. */
export const simulatedStore = (clock: VirtualClock, random: Random, options: StoreOptions): SimulatedStore => {
  const { mutant = (ports) => ports, onCommit = () => undefined } = options
  let faults = options.faults
  let failsUntilMs = 0
  let isPreparing = false
  const committed: CommittedEvent[] = []
  /** The events as they were decided: a deletion in the same batch redacts an event before it is visible. */
  const originals = new Map<string, StoredEvent>()

  /** A few statements take ten times as long. */
  const delay = (): Promise<void> => clock.sleep(random.next() * faults.delayMs * (random.chance(0.05) ? 10 : 1))
  const maybeFail = async (): Promise<void> => {
    await delay()
    const isFailing = clock.monotonicMs() < failsUntilMs
    if (isFailing) await clock.sleep(random.next() * unansweredMs)
    if (isFailing || random.chance(faults.failure)) throw new StoreError('unavailable', 'simulated')
  }
  const noteCommits = (): void => {
    for (const event of memory.events().slice(committed.length)) {
      const decided = originals.get(`${event.stream} ${event.seq}`) ?? event
      committed.push({ event: decided, atMs: clock.monotonicMs() })
    }
  }
  const pause = async (point: StorePoint): Promise<void> => {
    if (point === 'after-commit') noteCommits()
    if (isPreparing) return
    if (point === 'before-commit' && random.chance(faults.late)) await clock.sleep(faults.answerMs + random.next() * lateMs)
    await maybeFail()
  }
  const onCommitNow = (batch: Append): void => {
    for (const entry of batch.events) originals.set(`${entry.event.stream} ${entry.event.seq}`, toStored(entry))
    if (!isPreparing) onCommit(batch)
  }
  const memory = memoryStore({ pause, onCommit: onCommitNow, epoch: 'simulated' })

  const slowly =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await maybeFail()
      const result = await call(...args)
      await delay()
      return result
    }
  const openAppender = async (): Promise<Appender> => {
    await maybeFail()
    const breaksAfter = (): number => (random.chance(faults.broken) ? random.next() * breaksWithinMs : faults.answerMs)
    return breakingAppender(await memory.store.openAppender(), clock, breaksAfter)
  }

  const eventStore: EventStore = {
    openAppender,
    readPages: slowly(memory.store.readPages),
    outcomes: slowly(memory.store.outcomes),
  }
  const slowMethods = Object.entries(memory.readModel).map(([name, method]) => [name, slowly(method)] as const)
  const readModel = Object.fromEntries(slowMethods) as unknown as ReadModel
  return {
    ...mutant({ eventStore, readModel }),
    memory,
    memberStates: {
      mark: slowly(memory.memberStates.mark),
      markThreads: slowly(memory.memberStates.markThreads),
      configure: slowly(memory.memberStates.configure),
    },
    committed: () => committed,
    prepare: async (work) => {
      isPreparing = true
      await work(memory.store)
      isPreparing = false
    },
    failOver: (lostCommits) => {
      memory.store.failOver(lostCommits)
      committed.length = Math.min(committed.length, memory.events().length)
    },
    fail: (forMs) => {
      failsUntilMs = clock.monotonicMs() + forMs
    },
    calm: () => {
      faults = { ...faults, failure: 0, late: 0, broken: 0 }
      failsUntilMs = 0
    },
  }
}
