import { describe, expect, it } from 'vitest'
import { groupLag } from '../../infra/kafka/admin/group-lag.ts'
import type { RepartitionOptions } from '../../infra/kafka/admin/repartition.ts'
import { repartition } from '../../infra/kafka/admin/repartition.ts'
import { defaultTimes } from '../../shared/runtime/config/times.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { freshName } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { recordingLog } from '../support/recording-log.ts'
import type { Replica } from '../support/stack/server.ts'
import { stackKind } from '../support/stack/start-stack.ts'
import { ownChat, quickWriters } from './own-chat.ts'
import type { SteadyPerson } from './steady-person.ts'
import { steadyPerson } from './steady-person.ts'

const people = 6

describe.skipIf(stackKind() === 'env')('A repartition of the command log under load', () => {
  const env = { ...quickWriters, PARTITIONS: '3', DRAIN_WINDOW_MS: '1000', DRAIN_OVERLAP_MS: '200' }
  const own = ownChat({ gateways: 2, writers: 2, env })
  let gateways: Replica[] = []
  let writers: Replica[] = []

  const optionsFor = (partitions: number): RepartitionOptions => ({
    brokers: own().stack.urls().kafkaBrokers,
    namespace: own().chat.namespace,
    partitions,
    clientId: 'chat-test',
    times: defaultTimes,
    clock: systemClock,
    log: recordingLog(),
    copies: undefined,
    drainMs: 60_000,
  })

  /** Restarts a gateway on its address with the new number of partitions. */
  const replaceGateway = async (gateway: Replica, PARTITIONS: string): Promise<Replica> => {
    const { port } = new URL(gateway.url)
    await gateway.stop()
    return own().chat.addGateway({ PARTITIONS, PORT: port })
  }

  const startAllWith = async (partitions: number): Promise<void> => {
    const PARTITIONS = String(partitions)
    const old = writers
    writers = await Promise.all([own().chat.addWriter({ PARTITIONS }), own().chat.addWriter({ PARTITIONS })])
    for (const writer of old) await writer.stop()
    const replaced: Replica[] = []
    for (const gateway of gateways) replaced.push(await replaceGateway(gateway, PARTITIONS))
    gateways = replaced
  }

  const talkDuring = async (work: () => Promise<void>): Promise<void> => {
    await using owned = new AsyncDisposableStack()
    const urls = gateways.map(({ url }) => url)
    const all: SteadyPerson[] = []
    for (let n = 0; n < people; n += 1) all.push(owned.use(await steadyPerson(urls, freshName(`p${n}`))))
    const ids = all.map(({ id }) => id)
    const room = (await all[0]?.createChat('repartition', ids)) ?? ''
    let isOver = false
    const sent = all.map((): string[] => [])
    const talking = all.map(async (person, n) => {
      for (let m = 0; !isOver; m += 1) {
        await person.say(room, `${n}:${m}`)
        sent[n]?.push(`${n}:${m}`)
      }
    })
    const count = (): number => sent.flat().length
    await until('talk before', () => count() > 50)
    await work()
    const before = count()
    await until('talk afterwards', () => count() > before + 50, { withinMs: 30_000 })
    isOver = true
    await Promise.all(talking)

    const total = count() + 1
    for (const [n, person] of all.entries()) {
      await until(`user ${n} to have all messages`, () => person.feed.at(-1)?.seq === total, { withinMs: 20_000 })
      expect(person.feed.map(({ seq }) => seq)).toEqual(Array.from({ length: total }, (_, index) => index + 1))
      expect(person.refusals).toEqual([])
      for (const [m, texts] of sent.entries()) {
        const own = person.feed.map(({ body }) => String(body.msg)).filter((text) => text.startsWith(`${m}:`))
        expect(own).toEqual(texts)
      }
    }
  }

  it('to more partitions loses, duplicates and reorders nothing', {
    timeout: 240_000,
  }, async () => {
    const { chat } = own()
    gateways = [...chat.gateways]
    writers = [...chat.writers]
    await talkDuring(async () => {
      await repartition(optionsFor(8))
      await startAllWith(8)
    })
    const lags = await groupLag(optionsFor(8))
    expect(lags).toHaveLength(8)
  })

  it('stops before it recreates the topic while writers run, and loses nothing when it is run again', {
    timeout: 240_000,
  }, async () => {
    await talkDuring(async () => {
      await expect(repartition(optionsFor(2))).rejects.toThrow('2 writers still run')
      for (const writer of writers.splice(0)) await writer.stop()
      await repartition(optionsFor(2))
      await startAllWith(2)
    })
    expect(await groupLag(optionsFor(2))).toHaveLength(2)
  })
})
