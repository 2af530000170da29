import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { defaultRates } from '../../../shared/runtime/config/rates.ts'
import { secretIssuer, testSecret } from '../../support/issuer.ts'
import type { LatencySummary } from '../../support/load/latencies.ts'
import type { Load } from '../../support/load/load.ts'
import { createLoad, externalIdOf } from '../../support/load/load.ts'
import { nowMs } from '../../support/load/load-context.ts'
import { startPace } from '../../support/load/pace.ts'
import { freshTag } from '../../support/load/run-ids.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import type { Bench, BenchContext, BenchReport, Row } from '../harness/bench.ts'
import { timed } from '../harness/timed-requests.ts'
import { ms } from './pipeline-search.ts'

const aimMs = 20
const reaction = '👍'
const room = 1
const allowance = { perSecond: defaultRates.roomReactionsPerMinute / 60, burst: defaultRates.roomReactionsBurst }

interface Sizes {
  /** The members that are connected and react. */
  readonly sockets: number
  /** Members of the room who have reacted before. */
  readonly before: number
  readonly perSecond: number
  readonly calls: number
}

/** Members who are not connected, and their reactions. */
const addReactions = async (databaseUrl: string, chat: string, message: string, count: number): Promise<void> => {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(`create temp table others as select gen_random_uuid() as id from generate_series(1, ${count})`)
    await client.query(`insert into chat_member (chat_id, user_id, since_seq) select '${chat}', id, 1 from others`)
    await client.query(`update chat set member_count = member_count + ${count} where id = '${chat}'`)
    await client.query(`insert into message_reaction select '${chat}', '${message}', '${reaction}', id, 1 from others`)
    await client.query(`insert into reaction_count values ('${chat}', '${message}', '${reaction}', ${count})`)
    await client.query('vacuum analyze')
  } finally {
    await client.end()
  }
}

interface Storm {
  readonly seconds: number
  /** Reactions that each socket received in the second with the most. */
  readonly most: number
  readonly refused: number
}

/** Every connected member reacts once, and again after a refusal, until each reaction is confirmed. */
const react = async (load: Load, message: string, { sockets, perSecond }: Sizes): Promise<Storm> => {
  const { kinds, counts } = load.context
  const received = (): number => (kinds.of('set-reaction')?.received.summary().count ?? 0) / (sockets - 1)
  const startedMs = nowMs()
  let [user, before, most] = [0, 0, 0]
  const timer = setInterval(() => {
    most = Math.max(most, received() - before)
    before = received()
  }, 1_000)
  const send = (dueMs: number): void => {
    void load.perform(user, 'set-reaction', room, { message, reaction }, dueMs)
    user += 1
  }
  await startPace({ perSecond, count: sockets, send }).done
  await load.settled(240_000).finally(() => clearInterval(timer))
  const seconds = (nowMs() - startedMs) / 1_000
  await sleep(1_000)
  const { rate_limited: refused = 0 } = counts.refused
  return { seconds, most: Math.max(most, received() - before), refused }
}

/** Tokens of users, because the limits do not apply to services; and as many connections from one address as there are users. */
const limited = {
  AUTH: 'jwt',
  JWT_SECRET: testSecret,
  LOG_LEVEL: 'warn',
  CONNECTIONS_PER_ADDRESS: '20000',
  ADDRESS_UPGRADES_PER_MINUTE: '1000000',
  ADDRESS_UPGRADES_BURST: '1000000',
}

const tokensFor = async (names: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const issuer = secretIssuer()
  return new Map(await Promise.all(names.map(async (sub) => [sub, await issuer.token({ sub })] as const)))
}

interface StormReport {
  readonly storm: Storm
  readonly page: LatencySummary
  readonly problems: readonly string[]
}

const measure = async (context: BenchContext, sizes: Sizes): Promise<StormReport> => {
  const { sockets, before } = sizes
  await using chat = await startChat(await context.stack(), { gateways: 2, writers: 1, env: limited })
  const tag = freshTag()
  const tokens = await tokensFor(Array.from({ length: sockets }, (_, user) => externalIdOf(tag, user)))
  const load = createLoad({
    ...{ urls: chat.gateways.map(({ url }) => url), tag, startMs: nowMs(), seed: 1 },
    tokenFor: (externalId) => tokens.get(externalId),
    ...{ users: sockets, rooms: 1, roomSize: `${sockets}`, messageSize: '100' },
    ...{ keepsHistory: false, silenceMs: Number.POSITIVE_INFINITY },
  })
  try {
    await load.createRooms(await load.connect())
    const { id: message } = await load.post(0, room)
    const roomId = load.context.ids.room(room)
    await addReactions(chat.databaseUrl, roomId, message, before)
    const storm = await react(load, message, sizes)
    context.say(`  ${sockets} reactions in ${storm.seconds.toFixed(1)} s, ${storm.refused} refusals`)
    const read = () => load.devices.get(1)?.ask('list-messages', { chat: { id: roomId } })
    const [listed] = ((await read())?.body?.messages ?? []) as readonly { readonly reactions?: Record<string, number> }[]
    const counted = listed?.reactions?.[reaction]
    const page = await timed(sizes.calls, async () => read())
    const problems = counted === before + sockets ? [] : [`the list counts ${counted} reactions instead of ${before + sockets}`]
    return { storm, page, problems }
  } finally {
    load.stop()
  }
}

/** B16: one message to which the members of a large room react at once. */
export const reactionStormBench: Bench = {
  id: 'B16',
  title: 'many reactions to one message of a large room',
  run: async (context): Promise<BenchReport> => {
    const sizes = context.isShort
      ? { sockets: 20, before: 80, perSecond: 40, calls: 5 }
      : { sockets: 1_050, before: 8_950, perSecond: 200, calls: 300 }
    const { storm, page, problems } = await measure(context, sizes)
    const { sockets, before, perSecond } = sizes
    const { seconds, most, refused } = storm
    const bound = allowance.burst + allowance.perSecond
    const sent = `${sockets} reactions, ${perSecond}/s offered to ${sockets} sockets`
    const rows: Row[] = [
      {
        what: `B16 ${sent}`,
        result: `confirmed in ${seconds.toFixed(1)} s after ${refused} refusals; each socket received at most ${most.toFixed(0)} in a second`,
        ...(context.isShort ? {} : { aim: `≤ ${bound} in a second`, isMet: most <= bound }),
      },
      {
        what: `B16 list-messages with that message, of ${before + sockets} reactions by as many members, ms`,
        result: `p50 ${ms(page.p50)} p99 ${ms(page.p99)}`,
        ...(context.isShort ? {} : { aim: `p99 < ${aimMs} ms`, isMet: page.p99 < aimMs }),
      },
    ]
    return { rows, problems, data: { storm, page } }
  },
}
