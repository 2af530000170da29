import { setTimeout as sleep } from 'node:timers/promises'
import type { Mix } from '../../load/mix/mix.ts'
import type { Verdicts } from '../../support/checker/check.ts'
import { checkRun, defaultTerms } from '../../support/checker/check.ts'
import type { TopicRecord } from '../../support/checker/event-topic.ts'
import { readEventTopic } from '../../support/checker/event-topic.ts'
import type { Findings, Terms } from '../../support/checker/judge.ts'
import { outlineOf } from '../../support/checker/outline.ts'
import { streamEqualsStore } from '../../support/checker/stream-equals-store.ts'
import type { Truth } from '../../support/checker/truth.ts'
import { truthFromPostgres } from '../../support/checker/truth-from-postgres.ts'
import type { CommandKind } from '../../support/load/command-kinds.ts'
import type { History } from '../../support/load/history.ts'
import type { KindMeasure } from '../../support/load/kind-measures.ts'
import type { LatencySummary } from '../../support/load/latencies.ts'
import type { Load } from '../../support/load/load.ts'
import { createLoad } from '../../support/load/load.ts'
import { nowMs } from '../../support/load/load-context.ts'
import { freshTag } from '../../support/load/run-ids.ts'
import { until } from '../../support/poll.ts'
import { seededRandom } from '../../support/simulation/random.ts'
import type { Stack } from '../../support/stack/stack.ts'
import type { Chat, ChatOptions } from '../../support/stack/start-chat.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import type { Fault } from './fault.ts'
import { churnMembers } from './membership-churn.ts'
import { readAllLists } from './read-lists.ts'
import { restore } from './restore.ts'
import { kindsText, startSending } from './start-sending.ts'
import { timeToConverge } from './time-to-converge.ts'
import { watchMemory } from './watch-memory.ts'
import { createWorld } from './world.ts'

export interface FaultRun {
  readonly fault: Fault
  readonly seed: number
  readonly messages: number
  readonly frames: number
  readonly verdicts: Verdicts
  readonly streamed: Findings
  /** The kinds of commands that the load sent. */
  readonly kinds: ReadonlyMap<CommandKind, KindMeasure>
  readonly convergedMs: number
  readonly stored: LatencySummary
  readonly reconnect: LatencySummary
  readonly notes: readonly string[]
  /** Unmet expectations of the fault, and errors that ended the run early. */
  readonly problems: readonly string[]
  readonly history: History
  /** The last lines of the logs of all processes. */
  readonly log: string
}

export interface FaultRunOptions {
  readonly seed: number
  readonly perSecond?: number
  /** Overrides the mix of the fault. */
  readonly mix?: Mix | undefined
  readonly terms?: Terms
  readonly entries?: ChatOptions['entries']
  /** Overrides the environment of the fault. */
  readonly env?: ChatOptions['env']
  /** SQL that runs before the load starts. */
  readonly prepare?: string | undefined
  /** Milliseconds of load before and after the fault. */
  readonly calmMs?: number
}

const usualUsers = 24
const rooms = 12
const guests = 4
const settledMs = 180_000
const quietMs = { between: 2_000, within: 60_000 } as const
const memoryKib = 512 * 1024

const hasAll = (load: Load, truth: Truth): boolean =>
  [...load.devices.values()].every((device) =>
    [...truth.rooms].every(
      ([room, { head, spansOf }]) =>
        spansOf(device.user).at(-1)?.until !== Number.POSITIVE_INFINITY || device.lastSeen(room) >= head,
    ),
  )

/** Resolves with `true` if it succeeded. */
const guarded = async (what: string, problems: string[], work: () => Promise<void>): Promise<boolean> => {
  try {
    await work()
    return true
  } catch (error) {
    problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}

const eventsIn = ({ rooms: stored }: Truth): number => [...stored.values()].reduce((sum, { head }) => sum + head, 0)

/** The stored events, read when their number is stable or the wait for that times out. */
const quietTruth = async (read: () => Promise<Truth>): Promise<Truth> => {
  let truth = await read()
  const isQuiet = async (): Promise<boolean> => {
    const before = eventsIn(truth)
    await sleep(quietMs.between)
    truth = await read()
    return eventsIn(truth) === before
  }
  await until('the store to be quiet', isQuiet, { withinMs: quietMs.within }).catch(() => {})
  return truth
}

const startLoad = (chat: Chat, fault: Fault, seed: number): Load =>
  createLoad({
    urls: chat.gateways.map(({ url }) => url),
    tag: freshTag(),
    startMs: nowMs(),
    seed,
    users: fault.users ?? usualUsers,
    guests,
    rooms,
    roomSize: '3-12',
    messageSize: '10-2000',
    sendsAgain: fault.sendsAgain ?? true,
  })

/** Runs the load, injects the fault, waits for convergence, and checks the history. */
export const runFault = async (stack: Stack, fault: Fault, options: FaultRunOptions): Promise<FaultRun> => {
  const { seed, perSecond = 60, terms = { ...defaultTerms, memoryKib }, calmMs = 2_000 } = options
  const { gateways = 2, writers = 2 } = fault
  const mix = options.mix ?? fault.mix
  const random = seededRandom(seed)
  const problems: string[] = []
  const notes: string[] = []
  await restore(stack)
  const env = { ...fault.env, ...options.env }
  await using chat = await startChat(stack, { gateways, writers, env, entries: options.entries ?? {} })
  const load = startLoad(chat, fault, seed)
  const { history, counts, latencies, kinds, ids } = load.context
  const stopMemory = watchMemory(chat, history)
  try {
    const userIds = await load.connect()
    const world = createWorld({ stack, chat, load, random, userIds, notes, problems })
    if (options.prepare !== undefined) await world.sql(options.prepare)
    await load.createRooms(userIds)
    latencies.connect.reset()
    const guestIds = new Map([...userIds].filter(([user]) => user >= (fault.users ?? usualUsers)))
    const stopChurn = fault.isQuiet ? () => {} : churnMembers(load, guestIds, random)
    const endSending = fault.isQuiet ? () => {} : startSending(load, mix, perSecond, random)
    await sleep(calmMs)
    await guarded('the fault', problems, () => fault.act(world))
    await restore(stack)
    await sleep(calmMs)
    stopChurn()
    endSending()
    const isSettled = await guarded('the end', problems, () => load.settled(settledMs))
    // Retries must not store events after the store was read.
    if (!isSettled) load.stop()
    const userOf = new Map([...userIds].map(([user, id]) => [id, user]))
    const truth = await quietTruth(() => truthFromPostgres(chat.databaseUrl, ids, userOf))
    // Invariant I7 reports frames that are still missing.
    await until('all members to have all events', () => hasAll(load, truth), { withinMs: terms.convergeMs }).catch(() => {})
    if (mix !== undefined) {
      await guarded('the lists', problems, () => readAllLists(load, truth))
      notes.push(kindsText(kinds.all()))
    }
    const outline = outlineOf([history])
    let records: readonly TopicRecord[] = []
    await guarded('chat.events', problems, async () => {
      records = await readEventTopic(stack.urls().kafkaBrokers, chat.namespace)
    })
    const streamed = streamEqualsStore(records, truth, ids)
    return {
      fault,
      seed,
      messages: eventsIn(truth),
      frames: counts.frames,
      verdicts: checkRun([history], truth, terms),
      streamed,
      kinds: kinds.all(),
      convergedMs: timeToConverge([history], outline),
      stored: latencies.stored.summary(),
      reconnect: latencies.connect.summary(),
      notes,
      problems,
      history,
      log: chat.log(60),
    }
  } finally {
    stopMemory()
    load.stop()
    await restore(stack)
  }
}

/** All violations and problems of a run. */
export const brokenBy = ({ fault, verdicts, streamed, problems }: FaultRun): readonly string[] => [
  ...Object.entries(verdicts)
    .filter(([name, { count }]) => count > 0 && !fault.exempt?.some((exempt) => exempt === name))
    .map(([name, { count, examples }]) => `${name} (${count}): ${examples.slice(0, 3).join('; ')}`),
  ...(streamed.count > 0 ? [`stream (${streamed.count}): ${streamed.examples.slice(0, 3).join('; ')}`] : []),
  ...problems,
]
