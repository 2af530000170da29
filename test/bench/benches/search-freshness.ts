import { randomUUID } from 'node:crypto'
import { setInterval as everyTick } from 'node:timers/promises'
import type { Person } from '../../support/client/person.ts'
import { personOn } from '../../support/client/person.ts'
import type { LatencySummary } from '../../support/load/latencies.ts'
import { createLatencies } from '../../support/load/latencies.ts'
import { until } from '../../support/poll.ts'
import { startService } from '../../support/stack/replica.ts'
import type { Chat } from '../../support/stack/start-chat.ts'
import type { BenchContext, Row } from '../harness/bench.ts'
import { ms } from './pipeline-search.ts'

const aimMs = 2_000
const tickMs = 20

/** The times after which messages are found, and their new texts after edits. */
export interface Freshness {
  readonly posted: LatencySummary
  readonly edited: LatencySummary
}

interface Load {
  readonly probes: number
  readonly perSecond: number
}

/** Sends messages at this rate until the signal is aborted. */
const sendUntil = async (person: Person, room: string, perSecond: number, over: AbortSignal): Promise<void> => {
  const answers: Promise<unknown>[] = []
  let sent = 0
  const startedMs = performance.now()
  for await (const _ of everyTick(tickMs)) {
    if (over.aborted) break
    for (; sent < ((performance.now() - startedMs) / 1_000) * perSecond; sent += 1)
      answers.push(person.say(room, `live message ${sent}`))
  }
  await Promise.all(answers)
}

const isFound = async ({ socket }: Person, text: string): Promise<boolean> => {
  const { body, error } = await socket.request('search-messages', { query: { text } })
  if (error !== undefined) throw new Error(error.message)
  return ((body?.messages ?? []) as readonly unknown[]).length > 0
}

/** Waits until the text is found; resolves with the milliseconds since the call. */
const timeUntilFound = async (person: Person, text: string): Promise<number> => {
  const startedMs = performance.now()
  await until(`"${text}" is found`, () => isFound(person, text), { withinMs: 30_000, everyMs: 5 })
  return performance.now() - startedMs
}

/**
 * Posts, edits and deletes messages one after another while others are sent, and searches for each from its confirmation on.
 * A problem is reported for each message that is found by a text that it does not have any more.
 */
export const measureFreshness = async (chat: Chat, { probes, perSecond }: Load, problems: string[]): Promise<Freshness> => {
  const relay = await startService('search-relay', {
    entry: 'services/relay/main.ts',
    env: { ...chat.environment('relay'), RELAY_SINK: 'search' },
  })
  const { url = '' } = chat.gateways[0] ?? {}
  await using prober = await personOn(url, 'prober')
  await using sender = await personOn(url, 'sender')
  const [{ room }, { room: busy }] = [await prober.createChat('probes', []), await sender.createChat('busy', [])]
  const over = new AbortController()
  const sending = sendUntil(sender, busy, perSecond, over.signal)
  const [posted, edited] = [createLatencies(), createLatencies()]
  for (let probe = 0; probe < probes; probe += 1) {
    const [message, first, second] = [randomUUID(), `first${probe}`, `second${probe}`]
    await prober.say(room, first, message)
    posted.record(await timeUntilFound(prober, first))
    await prober.socket.request('edit-message', { message, msg: second }, { room })
    if (await isFound(prober, first)) problems.push('an edited message was found by its former text')
    edited.record(await timeUntilFound(prober, second))
    await prober.socket.request('delete-message', { message }, { room })
    if (await isFound(prober, second)) problems.push('a deleted message was found')
  }
  over.abort()
  await sending
  await relay.kill()
  return { posted: posted.summary(), edited: edited.summary() }
}

/** One row for each kind of change. A short run has no aim. */
export const freshnessRows = ({ isShort }: BenchContext, { posted, edited }: Freshness): readonly Row[] =>
  [['a message', posted] as const, ['an edit', edited] as const].map(([what, { p50, p99, max }]) => ({
    what: `B20 from the confirmation of ${what} until it is found, ms`,
    result: `p50 ${ms(p50)} p99 ${ms(p99)} max ${ms(max)}`,
    ...(isShort ? {} : { aim: `< ${aimMs} ms`, isMet: max < aimMs }),
  }))
