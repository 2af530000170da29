import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import type { FanOut } from '../../../shared/ports/fan-out.ts'
import type { HeldHead, ReadModel } from '../../../shared/ports/read-model.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import type { FeatureLevel } from '../reads/feature-level.ts'
import type { Pending } from './pending.ts'
import type { Feeds } from './room-feeds.ts'
import type { UserSessions } from './user-sessions.ts'

/**
 * Compares every held room and every held user's memberships with the store
 * at least every T/2, so that even the last publication before a silence
 * cannot be lost and a forged one does not last, and looks up what became of commands that wait for long:
 * rejections are published too. Each round also reads the store's feature level. While the fan-out is down it runs as fast as
 * one statement in flight allows: slower, but everything is delivered.
 */
export interface HeadSweep {
  start(): void
  /** Idempotent. No further statement begins. */
  stop(): void
}

export interface HeadSweepDeps {
  readonly fanOut: Pick<FanOut, 'state' | 'onRestored'>
  readonly readModel: Pick<ReadModel, 'changedHeads' | 'changedMemberships'>
  readonly feeds: Pick<Feeds, 'heads' | 'size' | 'compared'>
  readonly userSessions: Pick<UserSessions, 'followed' | 'size' | 'compared'>
  readonly pending: Pick<Pending, 'olderThan' | 'settle'>
  readonly featureLevel: Pick<FeatureLevel, 'refresh'>
  readonly clock: Clock
  readonly times: Pick<Times, 'convergeMs' | 'sweepLeastMs'>
  /** In [0, 1): spreads the gateways' full sweeps after a reconnect. */
  readonly random: () => number
}

/** What is compared, slice by slice, one statement each, which tells only what differs. */
interface Held {
  readonly slices: number
  /** Compares the next slice; undefined: there is none. Goes on with what is added meanwhile. */
  readonly next: () => Promise<void> | undefined
}

const taken = <Value>(held: Iterator<readonly [string, Value]>, most: number): Map<string, Value> => {
  const slice = new Map<string, Value>()
  while (slice.size < most) {
    const next = held.next()
    if (next.done === true) break
    slice.set(...next.value)
  }
  return slice
}

const sliced = <Value>(
  held: Iterator<readonly [string, Value]>,
  { size, perSlice }: { readonly size: number; readonly perSlice: number },
  compare: (slice: ReadonlyMap<string, Value>) => Promise<void>,
): Held => ({
  slices: Math.ceil(size / perSlice),
  next: () => {
    const slice = taken(held, perSlice)
    return slice.size === 0 ? undefined : compare(slice)
  },
})

export const createHeadSweep = (ports: HeadSweepDeps): HeadSweep => {
  const { fanOut, readModel, feeds, userSessions, pending, featureLevel, clock, times, random } = ports
  const spanMs = times.convergeMs / 2
  let timer: Timer | undefined
  let isStopped = false
  /** Raised by a restart, which makes the round under way stop. */
  let latest = 0
  let stopListening = (): void => undefined

  const compareRooms = async (held: ReadonlyMap<string, HeldHead>): Promise<void> => {
    const changed = await readModel.changedHeads(held)
    for (const [room, head] of held) feeds.compared(room, head, changed.get(room))
  }
  const compareUsers = async (followed: ReadonlyMap<string, string | undefined>): Promise<void> => {
    for (const [user, memberships] of await readModel.changedMemberships(followed)) userSessions.compared(user, memberships)
  }
  const heldNow = (): readonly Held[] => [
    sliced(feeds.heads(), { size: feeds.size, perSlice: 1_000 }, compareRooms),
    sliced(userSessions.followed(), { size: userSessions.size, perSlice: 200 }, compareUsers),
  ]

  const lookUpOutcomes = async (ageMs: number): Promise<void> => {
    const waiting = pending.olderThan(ageMs)
    const settlements = await Promise.all(waiting.map((entry) => entry.lookUp()))
    for (const [index, entry] of waiting.entries()) {
      const settlement = settlements[index]
      if (settlement !== undefined) pending.settle(entry, settlement)
    }
  }

  const attempt = async (step: Promise<void>): Promise<void> => {
    try {
      await step
    } catch (error) {
      // The store is away: the next round asks again.
      if (!(error instanceof StoreError)) throw error
    }
  }
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timer = clock.after(ms, resolve)
    })
  const isDown = (): boolean => fanOut.state === 'down'

  /** One round: its slices spread over T/2, or at once when it is hurried or the fan-out is down. */
  const runRound = async (isWanted: () => boolean, isHurried: boolean): Promise<void> => {
    const startedAtMs = clock.monotonicMs()
    /** Waits until the round is that old, looking now and then whether the fan-out has gone down. */
    const reach = async (ageMs: number, ageWhenDownMs: number): Promise<void> => {
      const leftMs = (): number => (isDown() ? ageWhenDownMs : ageMs) - (clock.monotonicMs() - startedAtMs)
      for (let ms = leftMs(); ms > 0 && isWanted(); ms = leftMs()) await pause(Math.max(1, Math.min(ms, times.sweepLeastMs)))
    }
    const all = heldNow()
    const expected = all.reduce((sum, { slices }) => sum + slices, 0)
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
    // The next round spreads its slices again, so what comes last in it must not have waited before.
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
      // A full sweep at once after a reconnect, a little later on each gateway.
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
