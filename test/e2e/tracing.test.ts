import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import type { CollectedSpan, Collector } from './collector.ts'
import { startCollector } from './collector.ts'

const secret = 'the text of a private message'

describe.skipIf(noStackReason())('The trace of a message', () => {
  let collector: Collector
  let chat: Chat
  beforeAll(async () => {
    collector = await startCollector(sharedStack().programs.host)
    const env = { TRACES_URL: collector.url, TRACES_PER_MILLION: '1000000', LOG_LEVEL: 'debug' }
    chat = await startChat(sharedStack(), { gateways: 2, writers: 1, env })
  })
  afterAll(async () => {
    await chat[Symbol.asyncDispose]()
    await collector[Symbol.asyncDispose]()
  })

  const ofCommand = (id: string): readonly CollectedSpan[] => {
    const [command] = collector.spans.filter(
      ({ name, attributes }) => name === 'chat.command' && attributes['chat.command'] === id,
    )
    return collector.spans.filter(({ traceId }) => traceId === command?.traceId)
  }

  it('connects the sender’s frame, Kafka, the writer, Redis and both gateways', async () => {
    const [here = '', there = ''] = chat.gateways.map(({ url }) => url)
    await using ann = await personOn(here, freshName('ann'))
    await using bob = await personOn(there, freshName('bob'))
    const { room } = await ann.createChat('traced', [bob.id])
    await bob.feedTo(room, 1)
    const { body = {} } = await ann.say(room, secret)
    await bob.feedTo(room, 2)
    const id = String(body.id)

    const spans = await until('four spans', () => (ofCommand(id).length >= 4 ? ofCommand(id) : undefined), { withinMs: 30_000 })
    const [command] = spans.filter(({ name }) => name === 'chat.command')
    const [decide] = spans.filter(({ name }) => name === 'chat.decide')
    const deliver = spans.filter(({ name }) => name === 'chat.deliver')
    expect(spans).toHaveLength(4)
    expect(command).toMatchObject({ service: 'chat-gateway', attributes: { 'chat.event': 'new-message', 'chat.outcome': 'ok' } })
    expect(decide).toMatchObject({
      service: 'chat-writer',
      parentSpanId: command?.spanId,
      attributes: { 'chat.decision': 'event' },
    })
    expect(deliver.map(({ service, parentSpanId }) => ({ service, parentSpanId }))).toEqual([
      { service: 'chat-gateway', parentSpanId: decide?.spanId },
      { service: 'chat-gateway', parentSpanId: decide?.spanId },
    ])
    for (const { attributes } of deliver)
      expect(attributes).toMatchObject({ 'chat.room': room, 'chat.seq': '2', 'chat.sockets': '1' })

    // The log contains the ids of command and trace; neither log nor trace contains the text of the message.
    const log = chat.log(1_000)
    expect(log).toContain(`"command":"${id}","trace":"${command?.traceId}","outcome":"ok"`)
    expect(log + JSON.stringify(collector.spans)).not.toContain(secret)
  })
})
