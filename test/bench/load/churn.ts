import type { Device } from '../../support/load/device.ts'
import { forAll } from '../../support/load/for-all.ts'
import type { LatencySummary } from '../../support/load/latencies.ts'
import { createLatencies } from '../../support/load/latencies.ts'
import type { Load } from '../../support/load/load.ts'
import { createLoad, externalIdOf } from '../../support/load/load.ts'
import { nowMs } from '../../support/load/load-context.ts'
import { startPace } from '../../support/load/pace.ts'
import type { Recorder } from '../../support/load/recorder.ts'
import { noRecorder } from '../../support/load/recorder.ts'
import { until } from '../../support/poll.ts'

export interface ChurnOptions {
  readonly urls: readonly string[]
  readonly sockets: number
  /** Interval of the cuts of each socket, in milliseconds. 0: all sockets are cut once, in the middle of the run. */
  readonly everyMs: number
  readonly awayMs: number
  readonly messages: number
  readonly perSecond: number
  readonly tag: number
}

export interface ChurnResult {
  readonly cuts: number
  readonly failures: number
  /** From the time at which a socket was due to be reopened to the answer that follows its last missed frame. */
  readonly resume: LatencySummary
  readonly missing: number
  readonly problems: readonly string[]
}

/** If all sockets are cut at once: the first one is about to be reopened, or the last one has resumed. */
export type ChurnNote = 'reopening' | 'resumed'

const room = 1
const mostProblems = 20
const retryMs = 100

/** Calls `work` every `everyMs` until the returned function is called; the first call is after `firstMs`. */
const repeat = (work: () => void, firstMs: number, everyMs: number): (() => void) => {
  let timer: NodeJS.Timeout
  const next = (): void => {
    work()
    timer = setTimeout(next, everyMs)
  }
  timer = setTimeout(next, firstMs)
  return () => clearTimeout(timer)
}

/** Cuts and reopens the sockets of one room while one user sends messages to it. */
export const runChurn = async (options: ChurnOptions, note: (note: ChurnNote) => void): Promise<ChurnResult> => {
  const { sockets, everyMs, awayMs, messages, perSecond, tag } = options
  const resume = createLatencies()
  const problems: string[] = []
  const resumed = new Set<number>()
  /** When the present socket of a user was due to be opened: delays of the load and failed attempts count as waiting. */
  const dueMs = new Float64Array(sockets)
  let [cuts, resumes, isOver] = [0, 0, false]

  const onProblem = (problem: string): void => {
    if (problems.length < mostProblems) problems.push(problem)
  }

  const onResumed = (user: number): void => {
    if (!resumed.has(user)) return void resumed.add(user)
    resume.record(nowMs() - (dueMs[user] ?? 0))
    resumes += 1
    if (everyMs === 0 && resumes === cuts) note('resumed')
  }

  const recorder: Recorder = {
    ...noRecorder,
    settled: (_, { event }, __, { outcome, code }) => {
      if (outcome !== 'ok') onProblem(`${event} was not confirmed: ${code}`)
    },
    // After a cut, frames may be repeated, but none may be missing.
    frame: ({ user }, { seq }) => {
      const last = load.devices.get(user)?.lastSeen(room) ?? 0
      if (seq > last + 1) onProblem(`${seq} came after ${last}`)
    },
  }

  const load: Load = createLoad({
    urls: options.urls.map((url) => new URL('/ws', url).href),
    users: sockets,
    rooms: 1,
    roomSize: `${sockets}`,
    messageSize: '22',
    tag,
    seed: 1,
    startMs: nowMs(),
    recorder,
    silenceMs: Number.POSITIVE_INFINITY,
    reconnectPauseMs: (failures) => (failures === 0 ? awayMs : retryMs),
    onResumed,
  })
  /** The speaker is never cut, because its own messages are not measured. */
  const [speaker, ...members] = [...load.devices.values()] as [Device, ...Device[]]

  /** The speaker creates the users, as a service does, so that the other sockets receive no frames about them. */
  const createUsers = async (): Promise<ReadonlyMap<number, string>> => {
    const ids = new Map([[speaker.user, speaker.userId]])
    await forAll(members, async ({ user }) => {
      const { body } = await speaker.ask('create-user', { user: { externalUserId: externalIdOf(tag, user) } })
      ids.set(user, (body?.user as { id: string } | undefined)?.id ?? '')
    })
    return ids
  }

  const cut = (member: Device): void => {
    if (isOver || !member.isBound) return
    cuts += 1
    dueMs[member.user] = nowMs() + awayMs
    member.drop()
  }

  const cutAll = (): void => {
    setTimeout(() => note('reopening'), awayMs)
    members.forEach(cut)
  }

  await speaker.connect()
  await load.createRooms(await createUsers())
  await forAll(members, (member) => member.connect())
  await until('the members to be subscribed', () => resumed.size === sockets, { withinMs: 60_000, everyMs: 2 })
  const head = speaker.lastSeen(room) + messages
  const durationMs = (messages / perSecond) * 1_000
  if (everyMs === 0) setTimeout(cutAll, durationMs / 2)
  const stops =
    everyMs === 0 ? [] : members.map((member, index) => repeat(() => cut(member), (index / members.length) * everyMs, everyMs))
  await startPace({ perSecond, count: messages, send: (due) => void load.post(speaker.user, room, due) }).done
  for (const stop of stops) stop()
  await load.settled(30_000)
  const isThere = (member: Device): boolean => member.lastSeen(room) >= head
  await until('all members to have all messages', () => members.every(isThere), { withinMs: 60_000 }).catch(() => {})
  isOver = true
  const missing = members.reduce((sum, member) => sum + Math.max(0, head - member.lastSeen(room)), 0)
  load.stop()
  return { cuts, failures: load.context.counts.failedConnects, resume: resume.summary(), missing, problems }
}
