import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { directChatId } from '../../shared/records/direct-chat-id.ts'
import { withSession } from '../contract/postgres/session.ts'
import type { Frame } from '../support/client/chat-socket.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'

const devices = 20
const openingsOfEach = 25

/** The body of the chat that a request to open a direct chat was answered with. */
const opened = (frame: Frame): unknown => {
  if (frame.error !== undefined) throw new Error(`refused: ${JSON.stringify(frame.error)}`)
  return frame.body
}
const open = async ({ socket }: Person, other: string): Promise<unknown> =>
  opened(await socket.request('create-chat', { users: [other], direct: true }))

describe.skipIf(noStackReason())('People on two gateways and two writers', () => {
  let chat: Chat
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 0, writers: 2 })
    await chat.admin('level', '--raise')
    await chat.addGateway()
    await chat.addGateway()
  }, 120_000)
  afterAll(() => chat[Symbol.asyncDispose]())

  /** A user with a device on each gateway in turn. */
  const personWith = (name: string, count: number): Promise<readonly Person[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => personOn(chat.gateways[index % 2]?.url ?? '', name)))

  const eventsIn = (stream: string) =>
    withSession(chat.databaseUrl, async (client) => {
      const { rows } = await client.query<{ type: string; kind: string }>(
        'select type, kind from event where stream = $1 order by seq',
        [stream],
      )
      return rows
    })

  it('make one direct chat by a thousand simultaneous requests of both users, all answered alike (J9)', async () => {
    await using owned = new AsyncDisposableStack()
    const [anns, bobs] = await Promise.all([personWith(freshName('ann'), devices), personWith(freshName('bob'), devices)])
    for (const person of [...anns, ...bobs]) owned.use(person)
    const [ann = '', bob = ''] = [anns[0]?.id, bobs[0]?.id]
    const openingsOf = (people: readonly Person[], other: string) =>
      people.flatMap((person) => Array.from({ length: openingsOfEach }, () => open(person, other)))
    const bodies = await Promise.all([...openingsOf(anns, bob), ...openingsOf(bobs, ann)])
    expect(bodies).toHaveLength(1_000)
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1)
    const room = directChatId(ann, bob)
    expect(await eventsIn(room)).toEqual([{ type: 'ChatCreated', kind: 'chat' }])
    await anns[0]?.say(room, 'hello')
    for (const person of [...anns, ...bobs])
      expect((await person.feedTo(room, 2)).map(({ event }) => event)).toEqual(['create-chat', 'new-message'])
  }, 60_000)

  it('see each other’s profiles with the list of chats, and block each other', async () => {
    await using owned = new AsyncDisposableStack()
    const [[ann], [, bob]] = await Promise.all([personWith(freshName('ann'), 2), personWith(freshName('bob'), 2)])
    if (ann === undefined || bob === undefined) throw new Error('no person')
    for (const person of [ann, bob]) owned.use(person)
    const ask = (person: Person, event: string, body: object) => person.socket.request(event, body)
    const profile = { name: 'Bob é', image: 'https://img.example/b.png', data: { team: { none: null } } }
    const updated = await ask(bob, 'update-user', { user: profile })
    expect(updated.body).toMatchObject({ user: { id: bob.id, ...profile } })
    await open(ann, bob.id)
    const { body: listed } = await ask(ann, 'list-chats', { user: { id: ann.id } })
    const { data: _, ...shown } = profile
    expect(listed).toMatchObject({ chats: [{ direct: true, peer: { id: bob.id, externalUserId: bob.name, ...shown } }] })
    expect((await ask(ann, 'get-users', { users: [bob.id] })).body).toMatchObject({ users: [{ ...profile }] })
    const { body: blocked } = await ask(bob, 'set-block', { user: ann.id })
    expect(blocked).toMatchObject({ user: ann.id, on: true })
    const adding = await ask(ann, 'create-chat', { chat: { name: 'group' }, users: [bob.id] })
    expect(adding.error).toMatchObject({ code: 'forbidden', details: { action: 'add', users: [bob.id] } })
    expect((await ask(bob, 'list-blocks', {})).body).toMatchObject({ blocks: [{ user_id: ann.id }] })
    const kinds = await eventsIn(bob.id)
    expect(kinds.map(({ type, kind }) => `${kind} ${type}`)).toEqual(['user UserCreated', 'user UserUpdated', 'user BlockSet'])
  }, 60_000)

  it('are found unchanged by an audit, and counted by event in the metrics', async () => {
    await expect(chat.admin('audit')).resolves.toBeDefined()
    const metrics = await Promise.all(
      chat.gateways.map(async ({ internalUrl }) => (await fetch(`${internalUrl}/metrics`)).text()),
    )
    for (const event of ['create-chat', 'update-user', 'set-block'])
      expect(metrics.join()).toContain(`chat_commands_total{event="${event}",outcome="ok"}`)
  }, 60_000)
})
