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
 * cannot be lost. While the fan-out is down it runs as fast as one statement
 * in flight allows, and looks up outcomes too: slower, but everything is
 * delivered.
 */
export interface HeadSweep {
  start(): void
  stop(): void
}

export interface HeadSweepPorts {
  readonly fanOut: FanOut
  readonly readModel: ReadModel
  readonly feeds: Feeds
  readonly hub: Hub
  readonly pending: Pending
  readonly clock: Clock
  readonly times: Times
  /** In [0, 1): spreads the gateways' full sweeps after a reconnect. */
  readonly random: () => number
}

const roomsPerSlice = 1_000
const usersPerSlice = 200

const slices = <T>(items: readonly T[], size: number): T[][] => {
  const cut: T[][] = []
  for (let at = 0; at < items.length; at += size) cut.push(items.slice(at, at + size))
  return cut
}

export const createHeadSweep = (ports: HeadSweepPorts): HeadSweep => {
  const { fanOut, readModel, feeds, hub, pending, clock, times, random } = ports
  let timer: Timer | undefined
  let isStopped = false
  /** Raised by a restart, which makes the round under way stop. */
  let round = 0
  let stopListening = (): void => undefined

  const compareRooms = async (rooms: readonly string[]): Promise<void> => {
    for (const [room, head] of await readModel.heads(rooms)) feeds.lookAt(room, head)
  }
  const compareUsers = async (users: readonly string[]): Promise<void> => {
    for (const [user, memberships] of await readModel.memberships(users)) {
      for (const { room, since } of memberships) hub.notice(user, { room, since })
    }
  }
  /** Rejections travel by the fan-out only. */
  const lookUpOutcomes = async (): Promise<void> => {
    const waiting = pending.olderThan(times.sweepLeastMs)
    const settlements = await Promise.all(waiting.map((entry) => entry.lookUp()))
    for (const [index, entry] of waiting.entries()) {
      const settlement = settlements[index]
      if (settlement !== undefined) pending.settle(entry, settlement)
    }
  }

  const steps = (): (() => Promise<void>)[] => [
    ...slices(feeds.rooms(), roomsPerSlice).map((rooms) => () => compareRooms(rooms)),
    ...slices(hub.users(), usersPerSlice).map((users) => () => compareUsers(users)),
    ...(fanOut.state === 'down' ? [lookUpOutcomes] : []),
  ]

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timer = clock.after(ms, resolve)
    })

  const attempt = async (step: () => Promise<void>): Promise<void> => {
    try {
      await step()
    } catch (error) {
      // The store is away: the next round asks again.
      if (!(error instanceof StoreError)) throw error
    }
  }

  /** Until the next round is due; it is due sooner once the fan-out is down. */
  const rest = async (mine: number, startedAt: number): Promise<void> => {
    const passedMs = (): number => clock.monotonicMs() - startedAt
    const dueMs = (): number => (fanOut.state === 'down' ? times.sweepLeastMs : times.convergeMs / 2)
    do await pause(Math.max(1, Math.min(times.sweepLeastMs, dueMs() - passedMs())))
    while (!isStopped && mine === round && passedMs() < dueMs())
  }

  /** One round: its slices spread over T/2, or at once while the fan-out is down. */
  const runRound = async (mine: number, isHurried: boolean): Promise<void> => {
    const startedAt = clock.monotonicMs()
    const all = steps()
    const spanMs = times.convergeMs / 2
    for (const [index, step] of all.entries()) {
      const dueMs = isHurried || fanOut.state === 'down' ? 0 : (spanMs * index) / all.length - (clock.monotonicMs() - startedAt)
      if (dueMs > 0) await pause(dueMs)
      if (isStopped || mine !== round) return
      await attempt(step)
    }
    await rest(mine, startedAt)
  }

  const run = async (mine: number, firstPauseMs: number): Promise<void> => {
    await pause(firstPauseMs)
    for (let isHurried = true; !isStopped && mine === round; isHurried = false) await runRound(mine, isHurried)
  }

  /** A full sweep now: after a reconnect, a little later on each gateway. */
  const restart = (firstPauseMs: number): void => {
    round += 1
    void run(round, firstPauseMs)
  }

  return {
    start: () => {
      stopListening = fanOut.onRestored(() => restart(random() * times.sweepLeastMs))
      restart(0)
    },
    stop: () => {
      isStopped = true
      timer?.cancel()
      stopListening()
    },
  }
}
