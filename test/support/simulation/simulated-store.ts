import type { Appender, EventStore, StoredEvent } from '../../../shared/ports/event-store.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import type { ReadModel } from '../../../shared/ports/read-model.ts'
import type { StorePoint } from '../memory-store/memory-event-store.ts'
import { memoryStore } from '../memory-store/memory-store.ts'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface StoreFaults {
  /** A statement that fails; at the end of a transaction it may have been stored all the same. */
  readonly failure: number
  readonly delayMs: number
}

/** The two read ports, changed by a test that wants to see the checker fail. */
export type Sabotage = (ports: { readonly eventStore: EventStore; readonly readModel: ReadModel }) => {
  readonly eventStore: EventStore
  readonly readModel: ReadModel
}

/** An event and the moment of its commit. */
export interface CommittedEvent {
  readonly event: StoredEvent
  readonly atMs: number
}

export interface SimulatedStore {
  readonly eventStore: EventStore
  readonly readModel: ReadModel
  /** In the order of their commits. */
  committed(): readonly CommittedEvent[]
  /** Until `calm` or that much later, every statement fails after a while. */
  away(forMs: number): void
  calm(): void
}

const unansweredMs = 150

/** The store in memory, with the seed's delays on both ways of every statement, and failures. */
export const simulatedStore = (
  clock: VirtualClock,
  random: Random,
  faults: StoreFaults,
  sabotage: Sabotage = (ports) => ports,
): SimulatedStore => {
  let now = faults
  let awayUntilMs = 0
  const committed: CommittedEvent[] = []

  /** Some statements take much longer than the rest. */
  const delay = (): Promise<void> => clock.sleep(random.next() * now.delayMs * (random.chance(0.05) ? 10 : 1))
  const trouble = async (): Promise<void> => {
    await delay()
    const isAway = clock.monotonicMs() < awayUntilMs
    if (isAway) await clock.sleep(random.next() * unansweredMs)
    if (isAway || random.chance(now.failure)) throw new StoreError('unavailable', 'simulated')
  }
  const noteCommits = (): void => {
    for (const event of memory.events().slice(committed.length)) committed.push({ event, atMs: clock.monotonicMs() })
  }
  const pause = (point: StorePoint): Promise<void> => {
    if (point === 'after-commit') noteCommits()
    return trouble()
  }
  const memory = memoryStore({ pause, epoch: 'simulated' })

  const slowly =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await trouble()
      const result = await call(...args)
      await delay()
      return result
    }

  const openAppender = async (): Promise<Appender> => {
    await trouble()
    return memory.store.openAppender()
  }

  const eventStore: EventStore = {
    openAppender,
    readPages: slowly(memory.store.readPages),
    outcomes: slowly(memory.store.outcomes),
  }
  const { readModel: model } = memory
  const readModel: ReadModel = {
    meta: slowly(model.meta),
    heads: slowly(model.heads),
    changedHeads: slowly(model.changedHeads),
    memberships: slowly(model.memberships),
    changedMemberships: slowly(model.changedMemberships),
    usersByExternalId: slowly(model.usersByExternalId),
    usersById: slowly(model.usersById),
    chatsOf: slowly(model.chatsOf),
    messagesOf: slowly(model.messagesOf),
  }
  return {
    ...sabotage({ eventStore, readModel }),
    committed: () => committed,
    away: (forMs) => {
      awayUntilMs = clock.monotonicMs() + forMs
    },
    calm: () => {
      now = { failure: 0, delayMs: faults.delayMs }
      awayUntilMs = 0
    },
  }
}
