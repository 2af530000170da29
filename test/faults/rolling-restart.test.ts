import { describe, expect, it } from 'vitest'
import { freshName } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { stackKind } from '../support/stack/start-stack.ts'
import { ownChat, quickWriters } from './own-chat.ts'
import type { SteadyPerson } from './steady-person.ts'
import { steadyPerson } from './steady-person.ts'

const people = 6

describe.skipIf(stackKind() === 'env')('A rolling restart of all processes under load', () => {
  const own = ownChat({ gateways: 2, writers: 2, env: { ...quickWriters, DRAIN_WINDOW_MS: '1000', DRAIN_OVERLAP_MS: '200' } })

  it('causes only retryable errors, and loses and reorders no message', { timeout: 180_000 }, async () => {
    const { chat } = own()
    await using owned = new AsyncDisposableStack()
    const urls = chat.gateways.map(({ url }) => url)
    const all: SteadyPerson[] = []
    for (let n = 0; n < people; n += 1) all.push(owned.use(await steadyPerson(urls, freshName(`p${n}`))))
    const [first] = all
    const room =
      (await first?.createChat(
        'restarts',
        all.map(({ id }) => id),
      )) ?? ''
    let isOver = false
    const sent = all.map((): string[] => [])
    const talking = all.map(async (person, n) => {
      for (let m = 0; !isOver; m += 1) {
        await person.say(room, `${n}:${m}`)
        sent[n]?.push(`${n}:${m}`)
      }
    })
    for (const replica of [...chat.gateways, ...chat.writers]) expect(await stopAndStart(replica)).toBe(0)
    isOver = true
    await Promise.all(talking)

    const total = sent.flat().length + 1
    for (const [n, person] of all.entries()) {
      await until(`user ${n} to have all messages`, () => person.feed.at(-1)?.seq === total, { withinMs: 20_000 })
      const frames = person.feed
      expect(frames.map(({ seq }) => seq)).toEqual(Array.from({ length: total }, (_, index) => index + 1))
      expect(person.refusals).toEqual([])
      for (const [m, texts] of sent.entries()) {
        expect(frames.map(({ body }) => String(body.msg)).filter((text) => text.startsWith(`${m}:`))).toEqual(texts)
      }
    }
    const closes = new Set(all.flatMap((person) => person.closes))
    expect(closes).toEqual(new Set([1012]))
    expect(total).toBeGreaterThan(20)
  })
})

const stopAndStart = async (replica: { stop(): Promise<number | null>; start(): Promise<void> }): Promise<number | null> => {
  const code = await replica.stop()
  await replica.start()
  return code
}
