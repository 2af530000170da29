import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { accepted, acceptedSeqs, startWebhookEndpoint } from '../support/webhook-endpoint.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1)

/** A receiver that denies messages with `spam`, hides `secret`, and allows all others. */
const startChecks = async () => {
  const webhook = new Webhook(secret)
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      webhook.verify(body, request.headers as Record<string, string>)
      const { body: content } = JSON.parse(body) as { readonly body: { readonly msg: string } }
      const denied = content.msg.includes('spam') ? { action: 'deny', reason: 'spam' } : { action: 'allow' }
      const hidden = { action: 'replace', body: { msg: content.msg.replace('secret', '***') } }
      response.end(JSON.stringify(content.msg.includes('secret') ? hidden : denied))
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, [Symbol.dispose]: () => server.closeAllConnections() }
}

describe('An embedded chat with a check before sending', () => {
  it('refuses denied messages with the reason, replaces content, and confirms all others in order', {
    timeout: 120_000,
  }, async () => {
    using checks = await startChecks()
    await using chat = await startEmbedded({
      PRE_SEND_URL: checks.url,
      PRE_SEND_ON_FAILURE: 'refuse',
      PRE_SEND_MS: '5000',
      WEBHOOK_SECRETS: secret,
      WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8',
    })
    await using ann = await personOn(chat.url, freshName('ann'))
    const { room } = await ann.createChat('a room', [])
    const send = (msg: string) => ann.socket.request('new-message', { msg, type: 'text' }, { room })
    const answers = await Promise.all(['first', 'spam', 'a secret', 'last'].map(send))
    expect(answers[1]?.error).toMatchObject({ code: 'forbidden', details: { action: 'new-message', reason: 'spam' } })
    const history = await ann.history(room)
    expect(history.map(({ msg }) => msg)).toEqual(['first', 'a ***', 'last'])
  })
})

describe('An embedded chat with a webhook', () => {
  it('sends every event in order, also those of a time when the receiver was down and the chat was killed', {
    timeout: 240_000,
  }, async () => {
    let isDown = false
    await using endpoint = await startWebhookEndpoint(() => (isDown ? { status: 503 } : accepted))
    const data = makeScratchFolder('data')
    const env = { DATA_DIR: data, WEBHOOK_URL: endpoint.url, WEBHOOK_SECRETS: secret, WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8' }
    await using chat = await startEmbedded({ ...env, WEBHOOK_RETRY_MOST_MS: '1000' })
    const name = freshName('ann')
    const ann = await personOn(chat.url, name)
    const { room } = await ann.createChat('a room', [])
    await ann.say(room, 'first')
    await until('the first events', () => acceptedSeqs(endpoint, room).length === 2, { withinMs: 20_000 })
    isDown = true
    await ann.say(room, 'second')
    await until('a refusal', () => endpoint.received.some(({ seq, status }) => seq === 3 && status === 503), { withinMs: 20_000 })
    await ann.say(room, 'third')
    await ann[Symbol.asyncDispose]()
    await chat.kill()
    isDown = false
    await chat.start()
    await using again = await personOn(chat.url, name)
    await again.say(room, 'fourth')
    await until('all events', () => acceptedSeqs(endpoint, room).length === 5, { withinMs: 40_000 })
    expect(acceptedSeqs(endpoint, room)).toEqual(upTo(5))
    await chat.stop()
    removeScratchFolder(data)
  })
})

describe('An embedded chat with notifications and a webhook', () => {
  it('notifies the members who are offline, also of a message before a restart, and sends every event to the webhook', {
    timeout: 240_000,
  }, async () => {
    let isDown = false
    await using webhooks = await startWebhookEndpoint()
    await using pushes = await startWebhookEndpoint(() => (isDown ? { status: 503 } : accepted))
    const data = makeScratchFolder('data')
    await using chat = await startEmbedded({
      DATA_DIR: data,
      PUSH_URL: pushes.url,
      WEBHOOK_URL: webhooks.url,
      WEBHOOK_SECRETS: secret,
      WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8',
      WEBHOOK_RETRY_MOST_MS: '1000',
      TOPIC_RELEASE_MS: '100',
    })
    const names = [freshName('ann'), freshName('bob'), freshName('cyd')]
    const [ann, bob, cyd] = (await Promise.all(names.map((name) => personOn(chat.url, name)))) as [Person, Person, Person]
    const { room } = await ann.createChat('a room', [bob.id, cyd.id])
    await bob[Symbol.asyncDispose]()
    const isOffline = async (): Promise<boolean> => {
      const { body = {} } = await ann.socket.request('watch', { users: [bob.id] })
      return JSON.stringify(body.users).includes('"online":false')
    }
    await until('Bob to be offline', isOffline, { withinMs: 10_000, everyMs: 100 })
    await ann.say(room, 'first')
    await until('the first push', () => acceptedSeqs(pushes, room).length === 1, { withinMs: 20_000 })
    const [push] = pushes.received.map(({ text: body, headers }) => new Webhook(secret).verify(body, headers))
    expect(push).toMatchObject({ event: 'push', room, seq: 2, message: { msg: 'first' } })
    expect((push as { recipients: unknown }).recipients).toEqual([{ user: bob.id, externalUserId: bob.name, unread: 1 }])
    isDown = true
    await ann.say(room, 'second')
    await until('a refusal', () => pushes.received.some(({ status }) => status === 503), { withinMs: 20_000 })
    for (const person of [ann, cyd]) await person[Symbol.asyncDispose]()
    await chat.kill()
    isDown = false
    await chat.start()
    await until('the second push', () => acceptedSeqs(pushes, room).length === 2, { withinMs: 40_000 })
    expect(acceptedSeqs(pushes, room)).toEqual([2, 3])
    await until('the webhooks', () => acceptedSeqs(webhooks, room).length === 3, { withinMs: 20_000 })
    await chat.stop()
    removeScratchFolder(data)
  })
})
