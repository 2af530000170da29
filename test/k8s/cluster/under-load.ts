import { setTimeout as pause } from 'node:timers/promises'
import { mayReconnect } from '../../../shared/protocol/close-codes.ts'
import { errors } from '../../../shared/protocol/errors.ts'
import { checkRun, problemsOf } from '../../support/checker/check.ts'
import { truthFromLists } from '../../support/checker/truth-from-lists.ts'
import { createLoad } from '../../support/load/load.ts'
import { nowMs } from '../../support/load/load-context.ts'
import { freshTag } from '../../support/load/run-ids.ts'
import { until } from '../../support/poll.ts'

/** The result of a load during which the system was disturbed. */
export interface UnderLoad {
  readonly seconds: number
  /** Frames with a command, among them those that were sent again. */
  readonly sent: number
  readonly sentAgain: number
  readonly confirmed: number
  readonly frames: number
  /** Sockets that were opened again, after the first one of each user. */
  readonly reconnects: number
  /** Attempts to open a socket that failed, and were repeated; they also count as closed sockets. */
  readonly failedConnects: number
  /** Closed sockets by close code. */
  readonly closed: Readonly<Record<string, number>>
  /** Causes of retries by code: retryable errors, and `closed`. */
  readonly refused: Readonly<Record<string, number>>
  readonly storedP50Ms: number
  readonly storedP99Ms: number
  /** Violated invariants and final errors. */
  readonly problems: readonly string[]
}

export interface UnderLoadOptions {
  readonly url: string
  readonly perSecond: number
  readonly users?: number
  /** Disturbs the system until it resolves; the load continues a little longer. */
  readonly disturb: () => Promise<void>
}

/** A duration that no run of this suite reaches. */
const endless = 1_000_000
const pauseMs = 5_000
const maxStalledMs = 90_000

/** Pending commands of a closed socket are retried under their id; the close code determines whether a client reconnects. */
const isFinal = (code: string): boolean =>
  code !== 'closed' && (!(code in errors) || !errors[code as keyof typeof errors].retryable)

/**
 * Users in ten rooms send at a steady rate while `disturb` runs; then the history
 * of every socket is compared with the stored events.
 */
export const underLoad = async ({ url, perSecond, users = 20, disturb }: UnderLoadOptions): Promise<UnderLoad> => {
  const shape = { seed: 1, users, rooms: 10, roomSize: '4-8', messageSize: '20-200' }
  const load = createLoad({ urls: [url], tag: freshTag(), startMs: nowMs(), silenceMs: 20_000, ...shape })
  try {
    const ids = await load.connect()
    const userOf = new Map([...ids].map(([user, id]) => [id, user]))
    await load.createRooms(ids)
    const { history, counts, latencies } = load.context
    const { connects: connectsBefore, failedConnects: failedBefore } = counts
    const startedMs = nowMs()
    const pace = load.sendMessages(perSecond, endless)
    await pause(pauseMs)
    history.append({ kind: 'fault', code: 'broken', seq: 1 })
    await disturb()
    history.append({ kind: 'fault', code: 'none', seq: 1 })
    await pause(pauseMs)
    pace.stop()
    await load.settled(maxStalledMs)
    const truth = await truthFromLists(load, userOf)
    const hasAll = (): boolean =>
      [...load.population.members].every(([room, members]) =>
        members.every((user) => load.devices.get(user)?.lastSeen(room) === truth.rooms.get(room)?.head),
      )
    await until('every socket to have all events', hasAll, { withinMs: 60_000 })
    const stored = latencies.stored.summary()
    const finals = [
      ...Object.keys(counts.refused).filter(isFinal),
      ...Object.keys(counts.closed).filter((code) => !mayReconnect(Number(code))),
    ]
    return {
      seconds: Math.round((nowMs() - startedMs) / 1_000),
      sent: counts.sent,
      sentAgain: counts.sentAgain,
      confirmed: counts.confirmed,
      frames: counts.frames,
      reconnects: counts.connects - connectsBefore,
      failedConnects: counts.failedConnects - failedBefore,
      closed: { ...counts.closed },
      refused: { ...counts.refused },
      storedP50Ms: Math.round(stored.p50),
      storedP99Ms: Math.round(stored.p99),
      problems: [...problemsOf(checkRun([history], truth)), ...finals.map((code) => `final error: ${code}`)],
    }
  } finally {
    load.stop()
  }
}

/** The result as text. */
export const figures = (what: string, run: UnderLoad): string => {
  const verdict = run.problems.length === 0 ? 'lost 0, duplicated 0, out of order 0' : run.problems.join('; ')
  const sent = `${run.sent} sent (${run.sentAgain} of them again), ${run.confirmed} confirmed`
  const sockets = `sockets closed ${JSON.stringify(run.closed)}, reconnected ${run.reconnects}, failed attempts ${run.failedConnects}`
  const latency = `send → stored p50 ${run.storedP50Ms} ms, p99 ${run.storedP99Ms} ms`
  return [
    `${what}: ${sent}, ${run.frames} frames in ${run.seconds} s; ${verdict}`,
    `  ${sockets}, causes of retries ${JSON.stringify(run.refused)}, ${latency}`,
  ].join('\n')
}
