import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { externalIdOf } from '../../support/load/load.ts'
import { nowMs } from '../../support/load/load-context.ts'
import { freshTag } from '../../support/load/run-ids.ts'
import { startTeam } from '../machines/team.ts'
import { combined } from '../report/combined.ts'
import { ephemeralReport } from '../report/ephemeral-report.ts'
import { kindReports } from '../report/kind-reports.ts'
import type { LoadReport, Second, Verdict } from '../report/load-report.ts'
import type { Outcome } from '../report/report-of.ts'
import { reportOf } from '../report/report-of.ts'
import type { Identity, WorkerResult } from '../workers/worker-messages.ts'
import type { WorkerPool } from '../workers/worker-pool.ts'
import { startPool } from '../workers/worker-pool.ts'
import { identitiesFromCommand, identitiesFromFile } from './identities.ts'
import { judgeWorkers } from './judge-workers.ts'
import type { LoadTestOptions } from './options.ts'
import { probeTargets } from './preflight.ts'
import { createSecondCounter } from './second-counter.ts'

export type Phase = 'waiting for agents' | 'connecting' | 'creating rooms' | 'sending' | 'waiting for outcomes' | 'checking'

export interface Watcher {
  /** Called once a second, and at the start of each phase. `soFar` makes the report of the run so far. */
  readonly onSecond: (phase: Phase, second: Second | undefined, soFar: () => LoadReport) => void
  /** Called with a line for the person who started the run. */
  readonly onNotice: (line: string) => void
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

/** The verdict if the lists of the rooms cannot be read. */
const unread = (reason: string): Verdict => ({
  lost: 0,
  duplicated: 0,
  reordered: 0,
  gaps: 0,
  other: 1,
  problems: [`the rooms could not be read: ${reason}`],
})

/** Runs a load from the first connection to the verdict. */
export const runLoadTest = async (options: LoadTestOptions, watcher: Watcher): Promise<LoadReport> => {
  const { urls, shape, workload, seed, isChecked } = options
  const folder = mkdtempSync(join(tmpdir(), 'chat-load-'))
  const tag = freshTag()
  const counter = createSecondCounter()
  let startMs = nowMs()
  let phase: Phase = 'waiting for agents'
  let sendingFrom = 0
  let sendingTo: number | undefined
  let wasStopped = false
  const elapsed = (): number => (nowMs() - startMs) / 1_000

  const progress = () => ({
    seconds: counter.seconds,
    sendingFrom: phase === 'connecting' ? elapsed() : sendingFrom,
    sendingTo: sendingTo ?? elapsed(),
    startMs,
    wasStopped,
  })

  const soFar = (): LoadReport =>
    reportOf(options, { ...progress(), ...counter.soFar(), scenario: [], verdict: undefined, phase })

  const enter = (next: Phase): void => {
    phase = next
    watcher.onSecond(phase, undefined, soFar)
  }

  const begin = async (pool: WorkerPool): Promise<ReadonlyMap<number, string>> => {
    enter('connecting')
    const userIds = await pool.connect()
    if (wasStopped) return userIds
    enter('creating rooms')
    await pool.createRooms(userIds)
    return userIds
  }

  const work = async (pool: WorkerPool): Promise<readonly [readonly WorkerResult[], Verdict | undefined]> => {
    const stopped = watcher.stopped.then(() => {
      wasStopped = true
      return undefined
    })
    const begun = begin(pool)
    // If the run was stopped before sending began, nothing else awaits this promise.
    begun.catch(() => {})
    const userIds = await Promise.race([begun, stopped])
    if (userIds === undefined) return [await pool.finish(false), undefined]
    sendingFrom = elapsed()
    enter('sending')
    const sending = pool.send(workload)
    await Promise.race([sending, stopped])
    sendingTo = elapsed()
    enter('waiting for outcomes')
    await pool.settle(settledMs).catch(() => {})
    await sending
    await pause(lastFramesMs)
    enter('checking')
    return isChecked ? judged(pool, userIds) : [await pool.finish(false), undefined]
  }

  const judged = async (
    pool: WorkerPool,
    userIds: ReadonlyMap<number, string>,
  ): Promise<readonly [readonly WorkerResult[], Verdict]> => {
    try {
      const results = await pool.finish(true)
      return [results, judgeWorkers(results, tag, startMs, userIds)]
    } catch (error) {
      // The service may be down; the measured values are reported nevertheless.
      return [await pool.finish(false), unread((error as Error).message)]
    }
  }

  const outcomeOf = (results: readonly WorkerResult[], verdict: Verdict | undefined): Omit<Outcome, 'machines'> => ({
    ...progress(),
    counts: results.map(({ counts }) => counts),
    latencies: {
      connect: combined(results.map(({ connect }) => connect)),
      stored: combined(results.map(({ stored }) => stored)),
      received: combined(results.map(({ received }) => received)),
    },
    kinds: kindReports(results.map(({ kinds }) => kinds)),
    ephemeral: ephemeralReport(results),
    scenario: results.flatMap(({ scenario }) => scenario ?? []),
    verdict,
  })

  try {
    const identities = await identitiesFor(options, tag)
    if (options.workers > 0) await probeTargets(urls, identities?.[0]?.token)
    await using team = await startTeam(options, folder, watcher)
    startMs = nowMs()
    const { slowReaders, dropsPerSecond, rampMs, roomSize, messageSize, users, rooms } = shape
    const load = { urls, tag, startMs, seed, users, rooms, roomSize, messageSize, rampMs, slowReaders, dropsPerSecond }
    const given = { ...load, folder, keepsHistory: isChecked, ...(identities === undefined ? {} : { identities }) }
    const pool = await startPool(team.workers, given)
    const look = async (): Promise<void> => {
      const samples = await pool.sample()
      watcher.onSecond(phase, counter.tick(elapsed(), samples), soFar)
    }
    // The order that waits for a dead process reports it.
    const timer = setInterval(() => void look().catch(() => {}), 1_000)
    try {
      const [results, verdict] = await work(pool)
      return reportOf(options, { ...outcomeOf(results, verdict), machines: team.machines(results) })
    } finally {
      clearInterval(timer)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
