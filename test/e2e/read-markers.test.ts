import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChatClient } from '../../shared/client/chat-client.ts'
import { connect } from '../../shared/client/connect.ts'
import { markerProblems } from '../support/checker/marker-problems.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { seededRandom } from '../support/simulation/random.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'

interface Listed {
  readonly id: string
  readonly seq: number
  readonly unread: number
  readonly mentions: number
  readonly read: { readonly seq: number; readonly gen: number }
}

interface MarkedBody {
  readonly gen: number
  readonly seq: number
  readonly unread: number
  readonly mentions: number
  readonly as_of: number
}

const chatOf = async ({ socket, id }: Person, room: string): Promise<Listed | undefined> => {
  const { body } = await socket.request('list-chats', { user: { id }, query: { limit: 50 } })
  return (body?.chats as Listed[] | undefined)?.find((chat) => chat.id === room)
}

describe.skipIf(noStackReason())('Read markers on two gateways', () => {
  let chat: Chat
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 2, writers: 1 })
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  const urlOf = (gateway: number): string => chat.gateways[gateway]?.url ?? ''
  /** A room of Ann with these messages, and Bob on a device at each gateway. */
  const withRoom = async (owned: AsyncDisposableStack, messages: number) => {
    const ann = owned.use(await personOn(urlOf(0), freshName('ann')))
    const name = freshName('bob')
    const devices = [owned.use(await personOn(urlOf(0), name)), owned.use(await personOn(urlOf(1), name))] as const
    const { room } = await ann.createChat('markers', [devices[0].id])
    for (let n = 0; n < messages; n += 1) await ann.say(room, `message ${n}`)
    return { ann, devices, name, room }
  }

  it('agree after both devices of a user have sent theirs, in any order', async () => {
    await using owned = new AsyncDisposableStack()
    const { devices, room } = await withRoom(owned, 12)
    await devices[0].feedTo(room, 13)
    const random = seededRandom(7)
    const markers = Array.from({ length: 30 }, () => ({ seq: random.below(14), gen: random.below(3) }))
    const answers = await Promise.all(markers.map((marker) => random.pick(devices).socket.request('mark-read', marker, { room })))
    expect(answers.filter(({ error }) => error !== undefined)).toEqual([])
    const last = markers.reduce((one, other) =>
      other.gen > one.gen || (other.gen === one.gen && other.seq > one.seq) ? other : one,
    )
    const listed = await Promise.all(devices.map((device) => chatOf(device, room)))
    const seq = Math.min(last.seq, 13)
    expect(listed).toEqual([listed[0], listed[0]])
    const observed = answers.map(({ body }, index) => {
      const { gen, seq: at, unread, mentions, as_of: asOf } = body as unknown as MarkedBody
      return { room, user: devices[0].id, read: { gen, seq: at }, unread, mentions, asOf, sent: markers[index] }
    })
    const stored = [{ room, user: devices[0].id, read: listed[0]?.read ?? { gen: 0, seq: 0 } }]
    const sent = markers.map((read) => ({ room, user: devices[0].id, read }))
    expect(markerProblems({ events: new Map([[room, devices[0].socket.feed(room)]]), observed, sent, stored })).toEqual([])
    expect(listed[0]).toMatchObject({ seq: 13, read: { seq, gen: last.gen }, unread: Math.min(12, 13 - seq) })
  })

  it('are raised by own messages, and the resume of another device shows it', async () => {
    await using owned = new AsyncDisposableStack()
    const { ann, devices, name, room } = await withRoom(owned, 3)
    await devices[0].say(room, 'mine')
    await ann.say(room, 'after it')
    await until('the marker of the own message', async () => (await chatOf(devices[1], room))?.unread === 1)
    const again = owned.use(await personOn(urlOf(1), name, { rooms: {} }))
    const { body } = await again.socket.seen('the resume', ({ event }) => event === 'resume')
    expect(body?.unread).toEqual({ [room]: { unread: 1, mentions: 0, read: { seq: 5, gen: 0 } } })
  })

  it('of one client make the badge of its other device disappear when that one reconnects', async () => {
    await using owned = new AsyncDisposableStack()
    const { devices, name, room } = await withRoom(owned, 4)
    const times = { markReadMs: 50, backoffFirstMs: 50 }
    const clientOn = (gateway: number): ChatClient => {
      const client = connect(urlOf(gateway), { user: { externalUserId: name }, times })
      owned.defer(() => client.close())
      return client
    }
    const unreadOf = (client: ChatClient) => () => client.unread(room)?.unread === 4
    const phone = clientOn(0)
    await until('the badge of the phone', unreadOf(phone))
    phone.close()
    const desk = clientOn(1)
    await until('the badge of the desk', unreadOf(desk))
    desk.markRead(room)
    await until('the stored marker', async () => (await chatOf(devices[0], room))?.unread === 0)
    const again = clientOn(0)
    await until('no badge on the phone', () => again.unread(room)?.unread === 0)
    expect(again.unread(room)).toMatchObject({ unread: 0, read: { seq: 5 } })
  })

  it('that a killed gateway did not answer are sent again by the client, and stored once', async () => {
    await using owned = new AsyncDisposableStack()
    const { devices, room } = await withRoom(owned, 6)
    const victim = await chat.addGateway()
    const third = await personOn(victim.url, devices[0].name)
    await third.socket.request('mark-read', { seq: 2 }, { room })
    third.socket.sendText(JSON.stringify({ event: 'mark-read', id: 'lost', room, body: { seq: 6 } }))
    await victim.kill()
    await third.socket.closed
    const { body } = await devices[1].socket.request('mark-read', { seq: 6 }, { room })
    expect(body).toEqual({ seq: 6, gen: 0, unread: 1, mentions: 0, as_of: 7 })
    for (const device of devices) expect(await chatOf(device, room)).toMatchObject({ read: { seq: 6, gen: 0 }, unread: 1 })
  })
})
