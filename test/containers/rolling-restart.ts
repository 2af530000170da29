import type { Verdicts } from '../support/checker/check.ts'
import { checkRun, problemsOf } from '../support/checker/check.ts'
import { hasAll } from '../support/checker/has-all.ts'
import { truthFromLists } from '../support/checker/truth-from-lists.ts'
import type { LatencySummary } from '../support/load/latencies.ts'
import type { Load } from '../support/load/load.ts'
import { createLoad } from '../support/load/load.ts'
import { nowMs } from '../support/load/load-context.ts'
import { freshTag } from '../support/load/run-ids.ts'
import { until } from '../support/poll.ts'
import type { ComposeProject } from './compose/compose-project.ts'

export interface RollingRestartOptions {
  readonly perSecond: number
  readonly seed: number
  readonly print: (line: string) => void
}

export interface RollingRestart {
  readonly restarted: readonly string[]
  readonly seconds: number
  readonly sent: number
  readonly confirmed: number
  readonly sentAgain: number
  readonly frames: number
  readonly connects: number
  /** Errors by code. */
  readonly refused: Readonly<Record<string, number>>
  /** Closed sockets by close code. */
  readonly closed: Readonly<Record<string, number>>
  /** Messages that were confirmed and are not in the store. */
  readonly lost: number
  /** Messages that are in the store more than once, or that a socket received more than once. */
  readonly duplicated: number
  readonly stored: LatencySummary
  readonly received: LatencySummary
  /** Violated invariants. */
  readonly problems: readonly string[]
}

const [users, rooms] = [20, 10]
const mostMessages = 1_000_000

const restartAll = async (project: ComposeProject, print: (line: string) => void): Promise<string[]> => {
  const tiers = [await project.containersOf('writer'), await project.containersOf('gateway')]
  for (const container of tiers.flat()) {
    const startedMs = performance.now()
    await project.restart(container)
    print(`${container} was restarted in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`)
  }
  return tiers.flat()
}

const figures = (load: Load, verdicts: Verdicts) => {
  const { counts, latencies } = load.context
  return {
    sent: counts.sent,
    confirmed: counts.confirmed,
    sentAgain: counts.sentAgain,
    frames: counts.frames,
    connects: counts.connects,
    refused: { ...counts.refused },
    closed: { ...counts.closed },
    lost: verdicts.I1.count,
    duplicated: verdicts.I3.count,
    stored: latencies.stored.summary(),
    received: latencies.received.summary(),
    problems: problemsOf(verdicts),
  }
}

/**
 * Restarts every writer and gateway in turn, like an upgrade, while users send
 * through the balancer; then compares the received events with the stored ones.
 */
export const rollingRestart = async (project: ComposeProject, options: RollingRestartOptions): Promise<RollingRestart> => {
  const { perSecond, seed, print } = options
  const load = createLoad({
    urls: [project.url],
    tag: freshTag(),
    startMs: nowMs(),
    seed,
    users,
    rooms,
    roomSize: '4-12',
    messageSize: '10-300',
  })
  try {
    const ids = await load.connect()
    await load.createRooms(ids)
    const startedMs = nowMs()
    const pace = load.sendMessages(perSecond, mostMessages)
    const restarted = await restartAll(project, print)
    pace.stop()
    await pace.done
    const seconds = (nowMs() - startedMs) / 1_000
    await load.settled(60_000)
    const truth = await truthFromLists(load, new Map([...ids].map(([user, id]) => [id, user])))
    await until('every socket to have all events', () => hasAll(load, truth), { withinMs: 30_000 })
    return { restarted, seconds, ...figures(load, checkRun([load.context.history], truth)) }
  } finally {
    load.stop()
  }
}
