import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StoredEvent } from '../../shared/ports/event-store.ts'
import { roomEventOfCommand } from '../../shared/room-events/find-room-event.ts'
import type { ChatCommand } from '../../shared/room-events/room-events.ts'
import { withSession } from '../contract/postgres/session.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { seededRandom } from '../support/simulation/random.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { ruleCommands } from '../unit/simulation/rules/rule-commands.ts'
import { simulatedTruth } from '../unit/simulation/world/simulated-truth.ts'

const people = 5
const moments = 150

describe.skipIf(noStackReason())('Roles and rules on two gateways and two writers', () => {
  let chat: Chat
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 0, writers: 2 })
    await chat.admin('level', '--raise')
    await chat.addGateway()
    await chat.addGateway()
  }, 60_000)
  afterAll(() => chat[Symbol.asyncDispose]())

  /** Users on both gateways in turn. */
  const gather = (owned: AsyncDisposableStack): Promise<readonly Person[]> =>
    Promise.all(
      Array.from({ length: people }, async (_, index) =>
        owned.use(await personOn(chat.gateways[index % 2]?.url ?? '', freshName('person'))),
      ),
    )

  const eventsIn = (room: string): Promise<readonly StoredEvent[]> =>
    withSession(chat.databaseUrl, async (client) => {
      const { rows } = await client.query<StoredEvent>(
        `select stream, seq::int, type, name, data, command_id as "commandId", digest from event where stream = $1 order by seq`,
        [room],
      )
      return rows
    })

  it('store no event of a user whose role at that seq is below the rule, under random commands (J5)', async () => {
    await using owned = new AsyncDisposableStack()
    const all = await gather(owned)
    const ids = all.map(({ id }) => id)
    const byId = new Map(all.map((person) => [person.id, person]))
    const { room } = (await all[0]?.createChat('rules', ids.slice(1, 4), randomUUID())) ?? { room: '' }
    const commands = ruleCommands(seededRandom(1), { room, users: ids })
    const send = async ({ type, id, user, body }: ChatCommand): Promise<string> => {
      const { name } = roomEventOfCommand(type)
      const answer = await byId.get(user)?.socket.request(name, { ...body, id }, { room })
      return answer?.error?.code ?? 'ok'
    }
    const codes: string[] = []
    for (let moment = 0; moment < moments; moment += 1) codes.push(...(await Promise.all(commands.next(Date.now()).map(send))))
    expect(new Set(codes)).toEqual(new Set(['ok', 'forbidden', 'invalid', 'unknown_message']))
    const events = await eventsIn(room)
    expect(events.length).toBe(codes.filter((code) => code === 'ok').length + 1)
    const users = new Map(ids.map((id, index) => [id, index]))
    const committed = events.map((event) => ({ event, atMs: 0 }))
    expect(simulatedTruth(committed, 0, users).flaws.J5).toEqual([])
    const types = new Set(events.map(({ type }) => type))
    for (const type of ['ChatUpdated', 'MembersUpdated', 'UsersRemoved']) expect(types).toContain(type)
  }, 120_000)

  it('mute a member until a time on both gateways, and show the role and the members by pages', async () => {
    await using owned = new AsyncDisposableStack()
    const [ann, bob] = await gather(owned)
    if (ann === undefined || bob === undefined) throw new Error('no person')
    const { room } = await ann.createChat('mute', [bob.id])
    const until = new Date(Date.now() + 1_500).toISOString()
    const muted = await ann.socket.request(
      'update-members',
      { users: [{ externalUserId: bob.name }], role: 'reader', until },
      { room },
    )
    expect(muted.body).toMatchObject({ users: [bob.id], role: 'reader', until })
    const post = () => bob.socket.request('new-message', { msg: 'hi', type: 'text' }, { room })
    expect((await post()).error).toMatchObject({ code: 'forbidden', details: { action: 'post', needs: 'member' } })
    const { body: listed } = await bob.socket.request('list-chats', { user: { id: bob.id }, query: { limit: 1 } })
    expect(listed).toMatchObject({ chats: [{ id: room, role: 'reader', role_until: until, role_after: 'member' }] })
    const page = await bob.socket.request('list-members', { chat: { id: room }, query: { role: 'reader', limit: 1 } })
    expect(page.body).toMatchObject({ members: [{ user_id: bob.id, role: 'reader', until, role_after: 'member', since: 1 }] })
    await expect.poll(async () => (await post()).error?.code, { timeout: 10_000 }).toBeUndefined()
    const feed = await bob.feedTo(room, 3)
    expect(feed.map(({ event }) => event)).toEqual(['create-chat', 'update-members', 'new-message'])
    const { created_at: at = '' } = (feed[2]?.body ?? {}) as { readonly created_at?: string }
    expect(at >= until).toBe(true)
  }, 60_000)

  it('are found unchanged by an audit, and counted by event in the metrics', async () => {
    await expect(chat.admin('audit')).resolves.toBeDefined()
    const metrics = await Promise.all(
      chat.gateways.map(async ({ internalUrl }) => (await fetch(`${internalUrl}/metrics`)).text()),
    )
    for (const event of ['update-chat', 'update-members'])
      expect(metrics.join()).toContain(`chat_commands_total{event="${event}",outcome="ok"}`)
  }, 60_000)
})
