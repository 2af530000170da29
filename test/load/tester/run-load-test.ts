import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLatencies } from '../../support/load/latencies.ts'
import { externalIdOf } from '../../support/load/load.ts'
import { nowMs } from '../../support/load/load-context.ts'
import { freshTag } from '../../support/load/run-ids.ts'
import type { Crew } from '../crew/crew.ts'
import { startCrew } from '../crew/crew.ts'
import type { Identity, WorkerResult } from '../crew/crew-messages.ts'
import { identitiesFromCommand, identitiesFromFile } from './identities.ts'
import { judgeCrew } from './judge-crew.ts'
import type { LoadReport, Second, Verdict } from './load-report.ts'
import type { LoadTestOptions } from './options.ts'
import { probeTargets } from './preflight.ts'
import { createSecondHand, sumOf } from './second-hand.ts'

export type Phase = 'connecting' | 'creating rooms' | 'sending' | 'waiting for outcomes' | 'checking'

export interface Watcher {
  /** Called once a second, and at the start of each phase. */
  readonly onSecond: (phase: Phase, second: Second | undefined) => void
  /** Resolves when the user stops the run. */
  readonly stopped: Promise<void>
}

const settledMs = 30_000
/** Time for frames that are in flight when all messages are confirmed. */
const lastFramesMs = 2_000

const identitiesFor = async (options: LoadTestOptions, tag: number): Promise<readonly Identity[] | undefined> => {
  const { tokensFile, tokenCommand, shape } = options
  if (tokensFile !== undefined) return identitiesFromFile(tokensFile, shape.users)
  if (tokenCommand === undefined) return undefined
  const names = Array.from({ length: shape.users }, (_, user) => externalIdOf(tag, user))
  return identitiesFromCommand(tokenCommand, names)
}

const summed = (results: readonly WorkerResult[], of: 'refused' | 'closed'): Record<string, number> => {
  const sums: Record<string, number> = {}
  for (const { counts } of results) for (const [name, count] of Object.entries(counts[of])) sums[name] = (sums[name] ?? 0) + count
  return sums
}

/** The verdict if the lists of the rooms cannot be read. */
const unread = (reason: string): Verdict => ({
  lost: 0,
  duplicated: 0,
  reordered: 0,
  gaps: 0,
  other: 1,
  problems: [`the rooms could not be read: ${reason}`],
})

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

/** Runs a load from the first connection to the verdict. */
export const runLoadTest = async (options: LoadTestOptions, watcher: Watcher): Promise<LoadReport> => {
  const { urls, shape, seed, workers, isChecked } = options
  const folder = mkdtempSync(join(tmpdir(), 'chat-load-'))
  const tag = freshTag()
  const startMs = nowMs()
  const hand = createSecondHand()
  const identities = await identitiesFor(options, tag)
  await probeTargets(urls, identities?.[0]?.token)
  let phase: Phase = 'connecting'
  let sendingFrom = 0
  let sendingTo = 0
  let wasStopped = false

  const enter = (next: Phase): void => {
    phase = next
    watcher.onSecond(phase, undefined)
  }

  const begin = async (crew: Crew): Promise<ReadonlyMap<number, string>> => {
    enter('connecting')
    const userIds = await crew.connect()
    if (wasStopped) return userIds
    enter('creating rooms')
    await crew.createRooms(userIds)
    return userIds
  }

  const work = async (crew: Crew): Promise<readonly [readonly WorkerResult[], Verdict | undefined]> => {
    const stopped = watcher.stopped.then(() => {
      wasStopped = true
      return undefined
    })
    const begun = begin(crew)
    // If the run was stopped before sending began, nothing else awaits this promise.
    begun.catch(() => {})
    const userIds = await Promise.race([begun, stopped])
    if (userIds === undefined) return [await crew.finish(false), undefined]
    enter('sending')
    sendingFrom = (nowMs() - startMs) / 1_000
    const sending = crew.send(shape.rate, Math.ceil((shape.rate * shape.durationMs) / 1_000))
    await Promise.race([sending, stopped])
    sendingTo = (nowMs() - startMs) / 1_000
    enter('waiting for outcomes')
    await crew.settle(settledMs).catch(() => {})
    await sending
    await pause(lastFramesMs)
    enter('checking')
    return isChecked ? judged(crew, userIds) : [await crew.finish(false), undefined]
  }

  const judged = async (
    crew: Crew,
    userIds: ReadonlyMap<number, string>,
  ): Promise<readonly [readonly WorkerResult[], Verdict]> => {
    try {
      const results = await crew.finish(true)
      return [results, judgeCrew(results, tag, startMs, userIds)]
    } catch (error) {
      // The service may be down; the measured values are reported nevertheless.
      return [await crew.finish(false), unread((error as Error).message)]
    }
  }

  const { slowReaders, dropsPerSecond, rampMs, roomSize, messageSize, users, rooms } = shape
  const load = { urls, tag, startMs, seed, users, rooms, roomSize, messageSize, rampMs, slowReaders, dropsPerSecond }
  await using crew = await startCrew({
    ...load,
    workers,
    folder,
    keepsHistory: isChecked,
    ...(identities === undefined ? {} : { identities }),
  })
  const look = async (): Promise<void> => {
    const samples = await crew.sample()
    watcher.onSecond(phase, hand.tick((nowMs() - startMs) / 1_000, samples))
  }
  // The order that waits for a dead process reports it.
  const timer = setInterval(() => void look().catch(() => {}), 1_000)
  try {
    const [results, verdict] = await work(crew)
    return reportOf(options, { results, verdict, seconds: hand.seconds, sendingFrom, sendingTo, startMs, wasStopped })
  } finally {
    clearInterval(timer)
    rmSync(folder, { recursive: true, force: true })
  }
}

const together = (encoded: readonly string[]) => {
  const latencies = createLatencies()
  for (const text of encoded) latencies.add(text)
  return latencies.summary()
}

interface Outcome {
  readonly results: readonly WorkerResult[]
  readonly verdict: Verdict | undefined
  readonly seconds: readonly Second[]
  readonly sendingFrom: number
  readonly sendingTo: number
  readonly startMs: number
  readonly wasStopped: boolean
}

const reportOf = (options: LoadTestOptions, outcome: Outcome): LoadReport => {
  const { results, verdict, seconds, sendingFrom, sendingTo, startMs, wasStopped } = outcome
  const { urls, seed, workers, shape, conditions } = options
  const total = (of: (counts: WorkerResult['counts']) => number): number =>
    results.reduce((sum, { counts }) => sum + of(counts), 0)
  const sending = seconds.filter(({ at }) => at > sendingFrom && at <= sendingTo + 1)
  const refusedBy = summed(results, 'refused')
  const [sent, confirmed, refused] = [total((counts) => counts.sent), total((counts) => counts.confirmed), sumOf(refusedBy)]
  const report: LoadReport = {
    startedAt: new Date(startMs).toISOString(),
    tookMs: Math.round(nowMs() - startMs),
    wasStopped,
    urls,
    seed,
    workers,
    shape,
    totals: {
      sent,
      sentAgain: total((counts) => counts.sentAgain),
      confirmed,
      refused,
      unsettled: Math.max(0, sent - confirmed - refused),
      frames: total((counts) => counts.frames),
      bytes: total((counts) => counts.bytes),
      connects: total((counts) => counts.connects),
      failedConnects: total((counts) => counts.failedConnects),
    },
    refusedBy,
    closedBy: summed(results, 'closed'),
    latencies: {
      connect: together(results.map(({ connect }) => connect)),
      stored: together(results.map(({ stored }) => stored)),
      received: together(results.map(({ received }) => received)),
    },
    seconds,
    sendingFrom,
    sendingTo,
    busy: {
      mean: sending.reduce((sum, { busy }) => sum + busy, 0) / Math.max(1, sending.length),
      most: Math.max(0, ...sending.map(({ busy }) => busy)),
    },
    verdict,
    failedConditions: [],
  }
  return { ...report, failedConditions: conditions.filter(({ isMet }) => isMet(report)).map(({ text }) => text) }
}
