import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { until } from '../support/poll.ts'
import { readiness } from '../support/stack/inspect.ts'
import { stackKind } from '../support/stack/start-stack.ts'
import { coupleOn, expectOneOrder, texts } from './couple.ts'
import { ownChat } from './own-chat.ts'

describe.skipIf(stackKind() === 'env')('Without Postgres', () => {
  const own = ownChat({ gateways: 2, writers: 1, env: { COMMAND_DEADLINE_MS: '30000' } }, ['writer'])

  it('commands wait in Kafka, reads get retryable errors, gateways stay up, and each command has one effect afterwards', async () => {
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    await own().stack.postgres.kill()
    const sent = texts('m', 20)
    const ids = sent.map(() => randomUUID())
    const sending = sent.map((text, n) => ann.say(room, text, ids[n]))
    const { error } = await bob.socket.request('list-messages', { chat: { id: room } })
    expect(error).toMatchObject({ code: 'unavailable', retryable: true })
    expect(bob.socket.feed(room)).toHaveLength(1)
    expect((await readiness(own().gateway(0))).status).toBe(200)
    const writer = own().chat.writers[0]
    await until('the writer to report a stalled partition', async () => {
      const shown = writer === undefined ? {} : ((await readiness(writer)).waiting as object)
      return 'eventStore' in shown
    })
    await own().stack.postgres.start()
    expect((await Promise.all(sending)).map(({ body }) => body?.id)).toEqual(ids)
    await expectOneOrder(couple, sent)
  })

  it('a commit whose answer is lost is found, and not repeated', async () => {
    await using couple = await coupleOn(own())
    const { ann, room } = couple
    const link = own().stack.link('writer', 'postgres')
    const sent = texts('c', 12)
    for (const [n, text] of sent.entries()) {
      if (n % 4 === 1) {
        // The server completes the transaction; its answer never reaches the writer.
        link.cut('black-hole', 'answers')
        const sending = ann.say(room, text)
        await until('the statement to be sent', () => link.connections > 0)
        link.heal()
        await sending
      } else {
        await ann.say(room, text)
      }
    }
    await expectOneOrder(couple, sent)
  })
})
