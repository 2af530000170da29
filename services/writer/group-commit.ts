import type { Clock } from '../../shared/ports/clock.ts'
import type { Decided, EventStore, Loaded, Touched } from '../../shared/ports/event-store.ts'
import { StoreError } from '../../shared/ports/event-store.ts'

type Transact = EventStore['transact']

interface Waiting {
  readonly touched: Touched
  readonly decide: (loaded: Loaded) => Decided
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

const together = (all: readonly Waiting[]): Touched => ({
  rooms: all.flatMap(({ touched }) => touched.rooms),
  commands: all.flatMap(({ touched }) => touched.commands),
  members: all.flatMap(({ touched }) => touched.members),
  users: all.flatMap(({ touched }) => touched.users),
  externalIds: all.flatMap(({ touched }) => touched.externalIds),
  chatCounts: {
    users: all.flatMap(({ touched }) => touched.chatCounts.users),
    upTo: Math.max(...all.map(({ touched }) => touched.chatCounts.upTo)),
  },
})

/** Each decides as if it were alone: what the others decide at the same time is of other rooms. */
const decideAll = (all: readonly Waiting[], loaded: Loaded): Decided => {
  const decided = all.map(({ decide }) => decide(loaded))
  return {
    events: decided.flatMap(({ events }) => events),
    rejections: decided.flatMap(({ rejections }) => rejections),
  }
}

/** The store's own state: it would be no better for one of them alone. */
const isUnavailable = (error: unknown): boolean => error instanceof StoreError && error.fault === 'unavailable'

/**
 * Batches of several partitions in one transaction: what comes while one is
 * under way goes into the next, and what comes in one turn goes together. A transaction costs as much as dozens of
 * rows, and a writer has a small batch of each of its partitions.
 *
 * Promises:  each call is all or nothing by itself, as the store's own: when a
 *            common transaction fails for what somebody in it wants, each is
 *            tried alone, and gets an answer of its own.
 * Does not:  let the calls of one transaction see each other's effects. They
 *            are of different partitions, hence of different rooms; should two
 *            be of one, they clash, and are told one after the other.
 */
export const groupCommit = (transact: Transact, clock: Clock, maxCommands: number): Transact => {
  let queue: Waiting[] = []
  let isRunning = false

  const alone = async ({ touched, decide, resolve, reject }: Waiting): Promise<void> => {
    try {
      await transact(touched, decide)
      resolve()
    } catch (error) {
      reject(error)
    }
  }

  const inOne = async (all: readonly Waiting[]): Promise<void> => {
    try {
      await transact(together(all), (loaded) => decideAll(all, loaded))
      for (const { resolve } of all) resolve()
    } catch (error) {
      if (!isUnavailable(error)) for (const each of all) await alone(each)
      else for (const { reject } of all) reject(error)
    }
  }

  /** The first, and as many behind it as fit. */
  const take = (): readonly Waiting[] => {
    let commands = 0
    const end = queue.findIndex(({ touched }, index) => {
      commands += touched.commands.length
      return index > 0 && commands > maxCommands
    })
    const taken = end < 0 ? queue : queue.slice(0, end)
    queue = queue.slice(taken.length)
    return taken
  }

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const [first, ...rest] = take()
      if (first === undefined) break
      await (rest.length === 0 ? alone(first) : inOne([first, ...rest]))
    }
    isRunning = false
  }

  return (touched, decide) =>
    new Promise((resolve, reject) => {
      queue.push({ touched, decide, resolve, reject })
      if (isRunning) return
      isRunning = true
      clock.after(0, () => void drain())
    })
}
