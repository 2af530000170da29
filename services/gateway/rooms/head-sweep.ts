import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import type { FanOut } from '../../../shared/ports/fan-out.ts'
import type { ReadModel } from '../../../shared/ports/read-model.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import type { FeatureLevel } from '../reads/feature-level.ts'
import type { LookUpOutcome } from '../reads/outcome-lookup.ts'
import type { FeedHead } from './feed-trust.ts'
import type { PendingCommands } from './pending-commands.ts'
import type { RoomFeeds } from './room-feeds.ts'
import type { UserSessions } from './user-sessions.ts'

/**
 * Compares every held room and every held user's memberships with the store at
 * least every T/2. It finds a lost publication even if no other follows, and a
 * forged one. It finds the users who were erased. It looks up the outcomes of commands that have waited long,
 * because a published rejection may be lost too. Each round reads the store's
 * feature level. While the fan-out is down, the sweep runs continuously, one
 * statement at a time: delivery is slower but complete.
 */
export interface HeadSweep {
  start(): void
  /** Begins no further statement. Idempotent. */
  stop(): void
}

/** The parts that are compared with the store, and the times of a round. */
export interface HeadSweepDeps {
  readonly fanOut: Pick<FanOut, 'state' | 'onRestored'>
  readonly readModel: Pick<ReadModel, 'changedHeads' | 'changedMemberships'>
  readonly feeds: Pick<RoomFeeds, 'heads' | 'size' | 'applyStoreHead'>
  readonly userSessions: Pick<UserSessions, 'followedDigests' | 'size' | 'applyMemberships'>
  readonly pending: Pick<PendingCommands, 'olderThan' | 'report'>
  readonly lookUpOutcome: LookUpOutcome
  readonly featureLevel: Pick<FeatureLevel, 'refresh'>
  /** The operator has erased a user who has sessions. */
  readonly onErased: (user: string) => void
  readonly clock: Clock
  readonly times: Pick<Times, 'convergeMs' | 'sweepLeastMs'>
  /** Returns a number in [0, 1); spreads the gateways' full sweeps after a reconnect. */
  readonly random: () => number
}

/** Entries that are compared in slices, one statement per slice. The statement returns only differences. */
interface Slices {
  readonly count: number
  /** Compares the next slice; undefined: there is none. Includes entries that are added during the round. */
  readonly next: () => Promise<void> | undefined
}

const taken = <Value>(known: Iterator<readonly [string, Value]>, most: number): Map<string, Value> => {
  const slice = new Map<string, Value>()
  while (slice.size < most) {
    const next = known.next()
    if (next.done === true) break
    slice.set(...next.value)
  }
  return slice
}

const sliced = <Value>(
  known: Iterator<readonly [string, Value]>,
  { size, perSlice }: { readonly size: number; readonly perSlice: number },
  compare: (slice: ReadonlyMap<string, Value>) => Promise<void>,
): Slices => ({
  count: Math.ceil(size / perSlice),
  next: () => {
    const slice = taken(known, perSlice)
    return slice.size === 0 ? undefined : compare(slice)
  },
})

export const createHeadSweep = (deps: HeadSweepDeps): HeadSweep => {
  const { fanOut, readModel, feeds, userSessions, pending, lookUpOutcome, featureLevel, onErased, clock, times, random } = deps
  const spanMs = times.convergeMs / 2
  let timer: Timer | undefined
  let isStopped = false
  /** Incremented by a restart, which stops the round in progress. */
  let latest = 0
  let stopListening = (): void => undefined

  const compareRooms = async (known: ReadonlyMap<string, FeedHead>): Promise<void> => {
    const changed = await readModel.changedHeads(known)
    for (const [room, head] of known) feeds.applyStoreHead(room, head, changed.get(room))
  }
  const compareUsers = async (digests: ReadonlyMap<string, string | undefined>): Promise<void> => {
    for (const [user, memberships] of await readModel.changedMemberships(digests)) {
      if (memberships === 'erased') onErased(user)
      else userSessions.applyMemberships(user, memberships)
    }
  }
  const slicesNow = (): readonly Slices[] => [
    sliced(feeds.heads(), { size: feeds.size, perSlice: 1_000 }, compareRooms),
    sliced(userSessions.followedDigests(), { size: userSessions.size, perSlice: 200 }, compareUsers),
  ]

  const lookUpOutcomes = async (ageMs: number): Promise<void> => {
    const waiting = pending.olderThan(ageMs)
    const outcomes = await Promise.all(waiting.map(lookUpOutcome))
    for (const [index, command] of waiting.entries()) {
      const outcome = outcomes[index]
      if (outcome !== undefined) pending.report(command, outcome)
    }
  }

  const attempt = async (step: Promise<void>): Promise<void> => {
    try {
      await step
    } catch (error) {
      // The store is unavailable: the next round asks again.
      if (!(error instanceof StoreError)) throw error
    }
  }
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timer = clock.after(ms, resolve)
    })
  const isDown = (): boolean => fanOut.state === 'down'

  /** One round. Its slices are spread over T/2, or follow at once if it is hurried or the fan-out is down. */
  const runRound = async (isWanted: () => boolean, isHurried: boolean): Promise<void> => {
    const startedAtMs = clock.monotonicMs()
    /** Waits until the round has this age. Checks in between whether the fan-out has gone down. */
    const reach = async (ageMs: number, ageWhenDownMs: number): Promise<void> => {
      const leftMs = (): number => (isDown() ? ageWhenDownMs : ageMs) - (clock.monotonicMs() - startedAtMs)
      for (let ms = leftMs(); ms > 0 && isWanted(); ms = leftMs()) await pause(Math.max(1, Math.min(ms, times.sweepLeastMs)))
    }
    const all = slicesNow()
    const expected = all.reduce((sum, { count }) => sum + count, 0)
    let done = 0
    for (const { next } of all) {
      for (;;) {
        await reach(isHurried ? 0 : spanMs * Math.min(1, done / Math.max(1, expected)), 0)
        const comparing = isWanted() ? next() : undefined
        if (comparing === undefined) break
        await attempt(comparing)
        done += 1
      }
    }
    if (isWanted()) await attempt(featureLevel.refresh())
    if (isWanted()) await attempt(lookUpOutcomes(isHurried || isDown() ? times.sweepLeastMs : spanMs))
    // Each round waits to its end, so that an entry compared late in one round is not compared much later in the next.
    await reach(isHurried ? 0 : spanMs, times.sweepLeastMs)
  }

  const run = async (firstPauseMs: number): Promise<void> => {
    latest += 1
    const mine = latest
    const isWanted = (): boolean => !isStopped && mine === latest
    await pause(firstPauseMs)
    for (let isHurried = true; isWanted(); isHurried = false) await runRound(isWanted, isHurried)
  }

  return {
    start: () => {
      // A full sweep follows a reconnect, after a short random delay, so that gateways do not sweep at the same moment.
      stopListening = fanOut.onRestored(() => void run(random() * times.sweepLeastMs))
      void run(0)
    },
    stop: () => {
      isStopped = true
      timer?.cancel()
      stopListening()
    },
  }
}
