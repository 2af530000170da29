import type { Clock, Timer } from '../../shared/ports/clock.ts'
import { StoreError } from '../../shared/ports/event-store.ts'
import type { FanOut } from '../../shared/ports/fan-out.ts'
import type { ReadModel } from '../../shared/ports/read-model.ts'
import type { Times } from '../../shared/runtime/times.ts'
import type { Feeds } from './feeds.ts'
import type { Hub } from './hub.ts'
import type { Pending } from './pending.ts'

/**
 * Compares every held room and every held user's memberships with the store
 * at least every T/2, so that even the last publication before a silence
 * cannot be lost, and looks up what became of commands that wait for long:
 * rejections are published too. While the fan-out is down it runs as fast as
 * one statement in flight allows: slower, but everything is delivered.
 */
export interface HeadSweep {
  start(): void
  /** Idempotent. No further statement begins. */
  stop(): void
}

export interface HeadSweepPorts {
  readonly fanOut: Pick<FanOut, 'state' | 'onRestored'>
  readonly readModel: Pick<ReadModel, 'heads' | 'memberships'>
  readonly feeds: Pick<Feeds, 'rooms' | 'size' | 'lookAt'>
  readonly hub: Pick<Hub, 'users' | 'size' | 'notice'>
  readonly pending: Pick<Pending, 'olderThan' | 'settle'>
  readonly clock: Clock
  readonly times: Pick<Times, 'convergeMs' | 'sweepLeastMs'>
  /** In [0, 1): spreads the gateways' full sweeps after a reconnect. */
  readonly random: () => number
}

/** What is compared, slice by slice, one statement each. */
interface Held {
  /** Goes on with what is added meanwhile. */
  readonly ids: Iterator<string>
  readonly size: number
  readonly perSlice: number
  readonly compare: (ids: readonly string[]) => Promise<void>
}

const taken = (ids: Iterator<string>, most: number): string[] => {
  const slice: string[] = []
  while (slice.length < most) {
    const next = ids.next()
    if (next.done === true) break
    slice.push(next.value)
  }
  return slice
}

export const createHeadSweep = (ports: HeadSweepPorts): HeadSweep => {
  const { fanOut, readModel, feeds, hub, pending, clock, times, random } = ports
  const spanMs = times.convergeMs / 2
  let timer: Timer | undefined
  let isStopped = false
  /** Raised by a restart, which makes the round under way stop. */
  let latest = 0
  let stopListening = (): void => undefined

  const heldNow = (): readonly Held[] => [
    {
      ids: feeds.rooms(),
      size: feeds.size,
      perSlice: 1_000,
      compare: async (rooms) => {
        for (const [room, head] of await readModel.heads(rooms)) feeds.lookAt(room, head)
      },
    },
    {
      ids: hub.users(),
      size: hub.size,
      perSlice: 200,
      compare: async (users) => {
        for (const [user, memberships] of await readModel.memberships(users)) {
          for (const { room, since } of memberships) hub.notice(user, { room, since })
        }
      },
    },
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
    const slices = all.reduce((sum, { size, perSlice }) => sum + Math.ceil(size / perSlice), 0)
    let done = 0
    for (const { ids, perSlice, compare } of all) {
      for (;;) {
        await reach(isHurried ? 0 : spanMs * Math.min(1, done / Math.max(1, slices)), 0)
        const slice = taken(ids, perSlice)
        if (!isWanted() || slice.length === 0) break
        await attempt(compare(slice))
        done += 1
      }
    }
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
