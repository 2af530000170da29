import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { stackKind } from '../support/stack/start-stack.ts'
import { coupleOn, expectOneOrder, texts } from './couple.ts'
import { ownChat, quickWriters } from './own-chat.ts'

/** A short deadline, so that a command times out after ten seconds instead of fifteen. */
const env = { ...quickWriters, COMMAND_DEADLINE_MS: '10000', PRODUCER_REQUEST_MS: '1500', PRODUCER_RETRY_MS: '1000' }

describe.skipIf(stackKind() === 'env')('Without Kafka, or without a connection to it', () => {
  const own = ownChat({ gateways: 1, writers: 1, env }, ['gateway', 'writer'])

  it('a message is refused with `unavailable`, reads still work, and a later retry is stored once', async () => {
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    await ann.say(room, 'before')
    const link = own().stack.link('gateway', 'kafka')
    link.cut('reset')
    // A publish on a connection that is being lost has an unknown outcome, and delays the following ones.
    await until('the connections to be gone', () => link.connections === 0)
    const id = randomUUID()
    const body = { msg: 'later', type: 'text', id }
    const refused = await until('a refusal that is certain', async () => {
      const { error } = await ann.socket.request('new-message', body, { room })
      return error?.code === 'unavailable' && error
    })
    expect(refused.retryable).toBe(true)
    expect((await bob.history(room)).map(({ msg }) => msg)).toEqual(['before'])
    await using back = await personOn(own().gateway(0).url, couple.bobName, { rooms: { [room]: 1 } })
    expect((await back.feedTo(room, 2)).map(({ seq }) => seq)).toEqual([2])
    link.heal()
    await until(
      'the retry to be accepted',
      async () => (await ann.socket.request('new-message', body, { room })).error === undefined,
      { withinMs: 20_000 },
    )
    await expectOneOrder(couple, ['before', 'later'])
  })

  it('a message with an unknown outcome gets `timeout`, and is stored once when Kafka continues', async () => {
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    await own().stack.kafka.pause()
    const id = randomUUID()
    const body = { msg: 'frozen', type: 'text', id }
    const first = ann.socket.request('new-message', body, { room })
    const behind = ann.socket.request('new-message', { msg: 'behind', type: 'text' }, { room })
    expect((await first).error).toMatchObject({ code: 'timeout', retryable: true })
    expect((await behind).error).toMatchObject({ code: 'timeout', retryable: true })
    expect(bob.socket.feed(room)).toHaveLength(1)
    await own().stack.kafka.resume()
    await until('the message', () => bob.socket.feed(room).length === 3, { withinMs: 20_000 })
    const again = await ann.socket.request('new-message', body, { room })
    expect(again.body?.id).toBe(id)
    await expectOneOrder(couple, ['frozen', 'behind'])
  })

  it('a killed and restarted broker loses no confirmed message and reorders none', async () => {
    await using couple = await coupleOn(own())
    const { ann, room } = couple
    const sent = texts('m', 40)
    const confirmed: string[] = []
    const sending = (async () => {
      for (const text of sent) {
        const id = randomUUID()
        await until(
          `"${text}" to be stored`,
          async () => {
            const { error } = await ann.socket.request('new-message', { msg: text, type: 'text', id }, { room })
            if (error !== undefined && !error.retryable) throw new Error(error.code)
            return error === undefined
          },
          { withinMs: 60_000 },
        )
        confirmed.push(text)
      }
    })()
    await until('the first ones', () => confirmed.length >= 5)
    await own().stack.kafka.kill()
    await own().stack.kafka.start()
    await sending
    await expectOneOrder(couple, sent)
  })
})
