import { randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Frame } from '../support/client/chat-socket.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import type { Environment, Replica } from '../support/stack/replica.ts'
import { startService } from '../support/stack/replica.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import type { ReceivedWebhook, WebhookEndpoint } from '../support/webhook-endpoint.ts'
import { accepted, startWebhookEndpoint } from '../support/webhook-endpoint.ts'

interface Push {
  readonly room: string
  readonly seq: number
  readonly author: { readonly externalUserId: string }
  readonly message: { readonly msg: string }
  readonly recipients: readonly { readonly user: string; readonly externalUserId: string; readonly unread: number }[]
}

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

const ok = (frame: Frame): Frame => {
  if (frame.error !== undefined) throw new Error(`${frame.event} was refused: ${frame.error.code}`)
  return frame
}

const pushOf = ({ text, headers }: ReceivedWebhook): Push => new Webhook(secret).verify(text, headers) as Push

/** The pushes of a room that the receiver has accepted, first occurrences only, as pairs of seq and external ids. */
const pushesOf = ({ received }: WebhookEndpoint, room: string): readonly Push[] => {
  const pushes = received.filter(({ status }) => status === 204).map(pushOf)
  const ofRoom = pushes.filter((push) => push.room === room)
  return ofRoom.filter(({ seq }, index) => ofRoom.findIndex((other) => other.seq === seq) === index)
}
const recipientsOf = ({ recipients }: Push): readonly string[] =>
  recipients.map(({ externalUserId }) => externalUserId).toSorted()

const startRelay = (chat: Chat, endpoint: WebhookEndpoint, env: Environment = {}): Promise<Replica> =>
  startService('push-relay', {
    entry: 'services/relay/main.ts',
    env: {
      ...chat.environment('relay'),
      RELAY_SINK: 'push',
      PUSH_URL: endpoint.url,
      WEBHOOK_SECRETS: secret,
      WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8',
      WEBHOOK_RETRY_MOST_MS: '1000',
      WEBHOOK_MS: '2000',
      ...env,
    },
  })

/** A chat whose users are offline soon after their last socket has closed. */
const startPushing = async (): Promise<Chat> => {
  const chat = await startChat(sharedStack(), { gateways: 0, writers: 1, env: { TOPIC_RELEASE_MS: '300' } })
  await chat.admin('level', '--raise')
  await Promise.all([chat.addGateway(), chat.addGateway()])
  return chat
}

const post = async ({ socket }: Person, room: string, msg: string, more: object = {}): Promise<number> =>
  Number(ok(await socket.request('new-message', { msg, type: 'text', ...more }, { room })).seq)

/** Ann, who stays on the first gateway, with others who have connected to the second one. */
const meet = async (chat: Chat, names: readonly string[]) => {
  const url = (gateway: number) => chat.gateways[gateway]?.url ?? ''
  const ann = await personOn(url(0), freshName('ann'))
  const others = await Promise.all(names.map((name) => personOn(url(1), freshName(name))))
  return { ann, others }
}

/** The user closes its socket; resolves when no gateway counts it as online. */
const goOffline = async (person: Person, watcher: Person): Promise<void> => {
  await person[Symbol.asyncDispose]()
  const isOffline = async (): Promise<boolean> => {
    const { body = {} } = ok(await watcher.socket.request('watch', { users: [person.id] }))
    return (body.users as Record<string, { online: boolean | null }>)[person.id]?.online === false
  }
  await until('the user to be offline', isOffline, { withinMs: 10_000, everyMs: 100 })
}

describe.skipIf(noStackReason())('The notifications of a relay', { timeout: 120_000 }, () => {
  let chat: Chat
  beforeAll(async () => {
    chat = await startPushing()
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  it('name the offline members who are to be notified, by their external ids and unread messages, and nobody else', async () => {
    await using endpoint = await startWebhookEndpoint()
    const { ann, others } = await meet(chat, ['bob', 'cyd', 'dan', 'eve'])
    const [bob, cyd, dan, eve] = others as [Person, Person, Person, Person]
    const { room } = await ann.createChat('Lunch', [bob.id, cyd.id, dan.id, eve.id])
    const muted = { muted_until: new Date(Date.now() + 3_600_000).toISOString() }
    ok(await dan.socket.request('set-chat-settings', muted, { room }))
    ok(await eve.socket.request('mark-read', { seq: await post(ann, room, 'before'), gen: 0 }, { room }))
    for (const person of [cyd, dan, eve]) await goOffline(person, ann)

    const plain = await post(ann, room, 'plain')
    await post(ann, room, 'silent', { silent: true, mentions: [cyd.id] })
    const named = await post(ann, room, 'named', { mentions: [dan.id] })
    const all = await post(ann, room, 'all', { mentions: 'all' })
    await using _relay = await startRelay(chat, endpoint)
    const [second, third] = await until(
      'the pushes',
      () => {
        const found = pushesOf(endpoint, room).filter(({ seq }) => seq >= named)
        return found.length === 2 ? found : undefined
      },
      { withinMs: 30_000 },
    )
    const first = pushesOf(endpoint, room).find(({ seq }) => seq === plain)
    expect(pushesOf(endpoint, room).map(({ message }) => message.msg)).toEqual(['before', 'plain', 'named', 'all'])
    expect(recipientsOf(first as Push)).toEqual([cyd.name, eve.name].toSorted())
    expect(recipientsOf(second as Push)).toEqual([cyd.name, dan.name, eve.name].toSorted())
    expect(third).toMatchObject({ seq: all, author: { externalUserId: ann.name } })
    expect(recipientsOf(third as Push)).toEqual([cyd.name, eve.name].toSorted())
    // Eve has read the first of five messages; the receiver of the first push has all that are unread by then.
    expect(first?.recipients.find(({ user }) => user === eve.id)?.unread).toBe(4)
    expect(recipientsOf(pushesOf(endpoint, room)[0] as Push)).toEqual([cyd.name])
    for (const person of [ann, bob]) await person[Symbol.asyncDispose]()
  })

  it('of a large chat name only the members who are mentioned by name', async () => {
    await using endpoint = await startWebhookEndpoint()
    const { ann, others } = await meet(chat, ['bob', 'cyd', 'dan'])
    const [bob, cyd, dan] = others as [Person, Person, Person]
    const { room } = await ann.createChat('all hands', [bob.id, cyd.id, dan.id])
    for (const person of others) await goOffline(person, ann)
    await using _relay = await startRelay(chat, endpoint, { PUSH_MEMBERS: '3' })
    await post(ann, room, 'plain')
    await post(ann, room, 'all', { mentions: 'all' })
    await post(ann, room, 'named', { mentions: [cyd.id, dan.id] })
    await until('the push', () => pushesOf(endpoint, room).length > 0, { withinMs: 30_000 })
    const pushes = pushesOf(endpoint, room)
    expect(pushes.map(({ message }) => message.msg)).toEqual(['named'])
    expect(recipientsOf(pushes[0] as Push)).toEqual([cyd.name, dan.name].toSorted())
    await ann[Symbol.asyncDispose]()
  })

  it('are sent to members who are online too while Redis is not available', async () => {
    await using endpoint = await startWebhookEndpoint()
    const { ann, others } = await meet(chat, ['bob'])
    const [bob] = others as [Person]
    const { room } = await ann.createChat('Lunch', [bob.id])
    await using _relay = await startRelay(chat, endpoint, { REDIS_URL: 'redis://127.0.0.1:1' })
    await post(ann, room, 'hi')
    await until('the push', () => pushesOf(endpoint, room).length > 0, { withinMs: 30_000 })
    expect(recipientsOf(pushesOf(endpoint, room)[0] as Push)).toEqual([bob.name])
    for (const person of [ann, bob]) await person[Symbol.asyncDispose]()
  })

  it('name a member as soon as its last socket has closed, though others see it as online for longer', async () => {
    await using endpoint = await startWebhookEndpoint()
    await using _relay = await startRelay(chat, endpoint)
    const slow = await chat.addGateway({ TOPIC_RELEASE_MS: '600000' })
    const { ann } = await meet(chat, [])
    const bob = await personOn(slow.url, freshName('bob'))
    const { room } = await ann.createChat('Lunch', [bob.id])
    await bob[Symbol.asyncDispose]()
    await until(
      'a push',
      async () => {
        await post(ann, room, 'are you there?')
        return pushesOf(endpoint, room).length > 0
      },
      { withinMs: 30_000, everyMs: 200 },
    )
    expect(recipientsOf(pushesOf(endpoint, room)[0] as Push)).toEqual([bob.name])
    const { body } = ok(await ann.socket.request('watch', { users: [bob.id] }))
    expect(body?.users).toMatchObject({ [bob.id]: { online: true } })
    await ann[Symbol.asyncDispose]()
  })

  it('are neither lost nor out of order per room when the receiver and the relay are killed, and never have a deleted text', async () => {
    let isDown = true
    const answer = () => (isDown ? ({ status: 503 } as const) : accepted)
    const endpoint = await startWebhookEndpoint(answer)
    const { ann, others } = await meet(chat, ['bob'])
    const [bob] = others as [Person]
    const rooms = [(await ann.createChat('one', [bob.id])).room, (await ann.createChat('two', [bob.id])).room] as const
    await goOffline(bob, ann)
    const relay = await startRelay(chat, endpoint)
    const [gone, changed] = [randomUUID(), randomUUID()]
    const expected = rooms.map(() => [] as number[])
    const say = async (index: number, msg: string, id?: string): Promise<void> => {
      expected[index]?.push(await post(ann, rooms[index] ?? '', msg, id === undefined ? {} : { id }))
    }
    await say(0, 'canary that is deleted', gone)
    await say(0, 'canary that is edited', changed)
    for (let n = 0; n < 10; n += 1) await say(n % 2, `message ${n}`)
    await until('attempts', () => endpoint.received.length > 1, { withinMs: 30_000 })
    ok(await ann.socket.request('delete-message', { message: gone }, { room: rooms[0] }))
    ok(await ann.socket.request('edit-message', { message: changed, msg: 'edited' }, { room: rooms[0] }))
    expected[0]?.shift()
    const sentBefore = endpoint.received.length
    await relay.kill()
    await endpoint[Symbol.asyncDispose]()
    for (let n = 10; n < 20; n += 1) await say(n % 2, `message ${n}`)

    isDown = false
    await using again = await startWebhookEndpoint(answer, endpoint.port)
    await relay.start()
    const seqsOf = (room: string): readonly number[] => pushesOf(again, room).map(({ seq }) => seq)
    await until('all pushes', () => rooms.every((room, index) => seqsOf(room).length === expected[index]?.length), {
      withinMs: 60_000,
    })
    expect(rooms.map(seqsOf)).toEqual(expected)
    expect(pushesOf(again, rooms[0])[0]?.message.msg).toBe('edited')
    const texts = [...endpoint.received.slice(sentBefore), ...again.received].map(({ text }) => text).join()
    expect(texts).not.toContain('canary')
    await relay.kill()
    await ann[Symbol.asyncDispose]()
  })
})
