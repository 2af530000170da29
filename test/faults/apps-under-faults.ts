import { setTimeout as sleep } from 'node:timers/promises'
import type { Verdicts } from '../support/checker/check.ts'
import { checkRun, defaultTerms } from '../support/checker/check.ts'
import { truthFromPostgres } from '../support/checker/truth-from-postgres.ts'
import { freshName } from '../support/client/person.ts'
import type { LoadContext } from '../support/load/load-context.ts'
import { createLoadContext, nowMs } from '../support/load/load-context.ts'
import { freshTag } from '../support/load/run-ids.ts'
import { until } from '../support/poll.ts'
import type { ChatOptions } from '../support/stack/start-chat.ts'
import type { OwnChat } from './own-chat.ts'
import { quickWriters } from './own-chat.ts'
import type { RecordedApp } from './recorded-app.ts'
import { recordedApp } from './recorded-app.ts'

/** Two gateways and two writers, with short timeouts that detect a lost process soon. */
export const chatUnderFaults: ChatOptions = {
  gateways: 2,
  writers: 2,
  env: { ...quickWriters, DRAIN_WINDOW_MS: '1000', DRAIN_OVERLAP_MS: '500' },
}

const appCount = 8
const rooms = [1, 2, 3, 4]
const pauseMs = 40
const calmMs = 1_500

/** Faults to inject; each one repairs the service before it resolves. */
export const faults: Readonly<Record<string, (own: OwnChat) => Promise<void>>> = {
  'a gateway is killed': async ({ gateway }) => {
    await gateway(0).kill()
    await sleep(2_000)
    await gateway(0).start()
  },
  'a gateway freezes': async ({ gateway }) => {
    await gateway(1).pause()
    await sleep(8_000)
    await gateway(1).resume()
  },
  'a writer is killed': async ({ chat }) => {
    await chat.writers[0]?.kill()
    await sleep(2_000)
    await chat.writers[0]?.start()
  },
  'Redis is killed': async ({ stack }) => {
    await stack.redis.kill()
    await sleep(2_000)
    await stack.redis.start()
  },
  'all gateways are gone': async ({ chat }) => {
    await Promise.all(chat.gateways.map((gateway) => gateway.kill()))
    await sleep(1_000)
    await Promise.all(chat.gateways.map((gateway) => gateway.start()))
  },
  'the gateways are restarted in turn': async ({ chat }) => {
    for (const gateway of chat.gateways) await gateway.restart()
  },
}

const membersOf = (room: number): number[] =>
  Array.from({ length: appCount }, (_, user) => user + 1).filter((user) => (user + room) % 3 !== 0)

const startApps = async (
  { chat }: OwnChat,
  context: LoadContext,
  owned: AsyncDisposableStack,
): Promise<Map<number, RecordedApp>> => {
  const apps = new Map<number, RecordedApp>()
  const urls = chat.gateways.map(({ url }) => url)
  for (let user = 1; user <= appCount; user += 1)
    apps.set(user, owned.use(await recordedApp(context, { user, externalId: freshName(`app-${user}`), urls })))
  for (const room of rooms) {
    const members = membersOf(room).flatMap((user) => apps.get(user) ?? [])
    await members[0]?.createRoom(
      room,
      members.map(({ userId }) => userId),
    )
  }
  return apps
}

/** Sends one message after the other, without waiting for the outcomes, until the run is over. */
const talk = async (user: number, app: RecordedApp, isOver: () => boolean): Promise<void> => {
  const own = rooms.filter((room) => membersOf(room).includes(user))
  for (let sent = 0; !isOver(); sent += 1) {
    void app.say(own[sent % own.length] ?? 0, `message ${sent} of ${user}`)
    await sleep(pauseMs * appCount)
  }
}

export interface AppsRun {
  readonly applications: number
  readonly rooms: number
  /** Stored messages, counted in the database. */
  readonly messages: number
  /** Calls that were refused or have an unknown outcome. */
  readonly unfulfilled: number
  /** Events that all applications received, in total. */
  readonly received: number
  /** For each application, how often it reconnected. */
  readonly returns: readonly number[]
  /** Violations in the received events and the outcomes of the calls. */
  readonly verdicts: Verdicts
}

const countReturns = ({ client }: RecordedApp): (() => number) => {
  let times = 0
  client.on('state', ({ state }) => {
    if (state === 'online') times += 1
  })
  return () => times
}

const injectFaults = async (own: OwnChat, { history }: LoadContext): Promise<void> => {
  for (const [index, act] of Object.values(faults).entries()) {
    await sleep(calmMs)
    history.append({ kind: 'fault', at: nowMs(), code: 'broken', seq: index + 1 })
    await act(own)
    history.append({ kind: 'fault', at: nowMs(), code: 'none', seq: index + 1 })
  }
  await sleep(calmMs)
}

/** Runs applications on the client while faults hit the service; then the checker checks everything that they received. */
export const runUnderFaults = async (own: OwnChat): Promise<AppsRun> => {
  await using owned = new AsyncDisposableStack()
  const context = createLoadContext({ tag: freshTag(), seed: 1, startMs: nowMs() })
  const { history, ids } = context
  const apps = await startApps(own, context, owned)
  const returns = [...apps.values()].map(countReturns)
  let isOver = false
  const talking = [...apps].map(([user, app]) => talk(user, app, () => isOver))
  await injectFaults(own, context)
  isOver = true
  await Promise.all(talking)
  const isSettled = (): boolean =>
    [...apps.values()].every(({ client, unsettled }) => client.state.state === 'online' && unsettled === 0)
  await until('all applications to be connected and all calls settled', isSettled, { withinMs: 60_000 })

  const users = new Map([...apps].map(([user, { userId }]) => [userId, user]))
  const truth = await truthFromPostgres(own.chat.databaseUrl, ids, users)
  const hasAll = (): boolean =>
    [...truth.rooms].every(([room, { head }]) => membersOf(room).every((user) => apps.get(user)?.lastOf(room) === head))
  // Invariant I7 reports events that are still missing.
  await until('all applications to have all events', hasAll, { withinMs: defaultTerms.convergeMs }).catch(() => {})
  const kinds = [...history.entries()].map(({ kind }) => kind)
  return {
    applications: apps.size,
    rooms: truth.rooms.size,
    messages: [...truth.rooms.values()].reduce((sum, room) => sum + room.messages, 0),
    unfulfilled: kinds.filter((kind) => kind === 'failed' || kind === 'unknown').length,
    received: kinds.filter((kind) => kind === 'frame').length,
    returns: returns.map((count) => count()),
    verdicts: checkRun([history], truth),
  }
}
