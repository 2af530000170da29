import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { checkRun, defaultTerms, problemsOf } from '../support/checker/check.ts'
import { truthFromPostgres } from '../support/checker/truth-from-postgres.ts'
import { freshName } from '../support/client/person.ts'
import type { LoadContext } from '../support/load/load-context.ts'
import { createLoadContext, nowMs } from '../support/load/load-context.ts'
import type { RecordedApp } from '../support/load/recorded-app.ts'
import { recordedApp } from '../support/load/recorded-app.ts'
import { freshTag } from '../support/load/run-ids.ts'
import { until } from '../support/poll.ts'
import { stackKind } from '../support/stack/start-stack.ts'
import type { OwnChat } from './own-chat.ts'
import { ownChat, quickWriters } from './own-chat.ts'

const appCount = 8
const rooms = [1, 2, 3, 4]
const pauseMs = 40
const calmMs = 1_500

/** What is done to the service meanwhile; after each, it is whole again. */
const harm: Readonly<Record<string, (own: OwnChat) => Promise<void>>> = {
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

/** Says one thing after the other, without waiting, until it is over. */
const talk = async (user: number, app: RecordedApp, isOver: () => boolean): Promise<void> => {
  const own = rooms.filter((room) => membersOf(room).includes(user))
  for (let said = 0; !isOver(); said += 1) {
    void app.say(own[said % own.length] ?? 0, `${user} says ${said}`)
    await sleep(pauseMs * appCount)
  }
}

describe.skipIf(stackKind() === 'env')('Applications on the client, while the service is harmed', () => {
  const own = ownChat({ gateways: 2, writers: 2, env: { ...quickWriters, DRAIN_WINDOW_MS: '1000', DRAIN_OVERLAP_MS: '500' } })

  it('saw what every invariant asks for, each as if on one connection that never broke', { timeout: 300_000 }, async () => {
    await using owned = new AsyncDisposableStack()
    const context = createLoadContext({ tag: freshTag(), seed: 1, startMs: nowMs() })
    const { history } = context
    const apps = await startApps(own(), context, owned)
    const states = new Map<number, string[]>([...apps.keys()].map((user) => [user, []]))
    for (const [user, { client }] of apps) client.on('state', ({ state }) => states.get(user)?.push(state))
    let isOver = false
    const talking = [...apps].map(([user, app]) => talk(user, app, () => isOver))

    for (const [index, act] of Object.values(harm).entries()) {
      await sleep(calmMs)
      history.append({ kind: 'fault', at: nowMs(), code: 'broken', seq: index + 1 })
      await act(own())
      history.append({ kind: 'fault', at: nowMs(), code: 'none', seq: index + 1 })
    }
    await sleep(calmMs)
    isOver = true
    await Promise.all(talking)
    await until('every call to be settled', () => [...apps.values()].every(({ unsettled }) => unsettled === 0), {
      withinMs: 60_000,
    })

    const users = new Map([...apps].map(([user, { userId }]) => [userId, user]))
    const truth = await truthFromPostgres(own().chat.databaseUrl, context.ids, users)
    const hasAll = (): boolean =>
      [...truth.rooms].every(([room, { head }]) => membersOf(room).every((user) => apps.get(user)?.lastOf(room) === head))
    await until('everybody to have everything', hasAll, { withinMs: defaultTerms.convergeMs }).catch(() => {})

    expect(problemsOf(checkRun([history], truth))).toEqual([])
    const messages = [...truth.rooms.values()].reduce((sum, room) => sum + room.messages, 0)
    expect(messages).toBeGreaterThan(200)
    const outcomes = new Set([...history.entries()].map(({ kind }) => kind))
    expect([outcomes.has('failed'), outcomes.has('unknown')]).toEqual([false, false])
    for (const seen of states.values()) expect(seen).toEqual(expect.arrayContaining(['offline', 'online']))
  })
})
