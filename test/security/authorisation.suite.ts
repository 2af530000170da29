import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestEvents } from '../../shared/protocol/requests.ts'
import type { ChatSocket } from '../support/client/chat-socket.ts'
import { openSocket } from '../support/client/chat-socket.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import type { Asker, Case, Stage } from './authorisation-table.ts'
import { askers, authorisation } from './authorisation-table.ts'
import type { GuardedChat } from './guarded-chat.ts'
import { asService, asUser, fromElsewhere } from './guarded-chat.ts'

const roles = ['creator', 'member', 'stranger', 'removed', 'newcomer'] as const
type Role = (typeof roles)[number]
type Cast = Readonly<Record<Role, Person>>

/** The users of the suite. Users who share a room are on different gateways. */
const castOf = async (urls: GuardedChat['urls'], owned: AsyncDisposableStack): Promise<Cast> => {
  const [here, there = here] = urls
  const people = roles.map(async (role, index) => {
    const name = freshName(role)
    return owned.use(
      await personOn(index % 2 === 0 ? here : there, name, undefined, { ...(await asUser(name)), ...fromElsewhere() }),
    )
  })
  const all = await Promise.all(people)
  return Object.fromEntries(roles.map((role, index) => [role, all[index]])) as Cast
}

export const authorisationSuite = (open: () => GuardedChat): void => {
  describe('the authorisation of every request, for every sender', () => {
    const owned = new AsyncDisposableStack()
    let cast: Cast
    beforeAll(async () => {
      cast = await castOf(open().urls, owned)
    })
    afterAll(() => owned.disposeAsync())

    const roleOf = (asker: Asker): Role | undefined => roles.find((role) => asker === role || asker === `as ${role}`)

    const setStage = async (asker: Asker, externalUserId: string): Promise<Stage> => {
      const { creator, member, removed } = cast
      const { room } = await creator.createChat('stage', [member.id, removed.id])
      await creator.removeUsers(room, [removed.id])
      const messages = { creator: randomUUID(), member: randomUUID() }
      await creator.say(room, 'before', messages.creator)
      await member.say(room, 'before', messages.member)
      const ids = Object.fromEntries(roles.map((role) => [role, cast[role].id])) as Stage['ids']
      return { room, ids, own: ids[roleOf(asker) ?? 'stranger'], messages, externalUserId }
    }

    /** Opens a new socket for each request, so that requests do not affect each other. */
    const socketFor = async (asker: Asker): Promise<{ readonly socket: ChatSocket; readonly name: string }> => {
      const { urls } = open()
      const url = urls[1] ?? urls[0]
      if (asker === 'service' || asker.startsWith('as '))
        return { socket: await openSocket(url, { ...(await asService()), ...fromElsewhere() }), name: 'back-office' }
      const name = asker === 'unbound' ? freshName('unbound') : cast[roleOf(asker) ?? 'stranger'].name
      const socket = await openSocket(url, { ...(await asUser(name)), ...fromElsewhere() })
      if (asker !== 'unbound') await socket.request('create-user', {})
      return { socket, name }
    }

    const ask = async (asker: Asker, { event, isInRoom, body }: Case, room?: string) => {
      const { socket, name } = await socketFor(asker)
      await using _owned = socket
      const stage = await setStage(asker, name)
      const role = roleOf(asker)
      const answer = await socket.request(event, await body(stage), {
        ...(isInRoom === true ? { room: room ?? stage.room } : {}),
        ...(asker.startsWith('as ') && role !== undefined ? { as: cast[role].id } : {}),
      })
      return { stage, answer }
    }

    const cells = authorisation.flatMap((each) => askers.map((asker) => ({ ...each, asker, outcome: each.expected[asker] })))
    it.each(cells)('answers $event of $what by $asker with $outcome', async ({ asker, outcome, ...each }) => {
      const { stage, answer } = await ask(asker, each)
      expect(answer.error?.code ?? 'ok').toBe(outcome)
      if (outcome === 'ok' && each.says !== undefined) expect(answer.body).toMatchObject(each.says(stage, asker))
    })

    const inRooms = authorisation.filter(({ expected }) => expected.stranger === 'forbidden' && expected.member === 'ok')
    it.each(inRooms)('answers $event of $what by a stranger with the same error if the room does not exist', async (each) => {
      const missing = randomUUID()
      const { answer } = await ask('stranger', each)
      const other = await ask('stranger', { ...each, body: (stage) => each.body({ ...stage, room: missing }) }, missing)
      expect(other.answer.error).toEqual(answer.error)
    })

    it.each(authorisation)('allows $event of $what for another user to services only', async (each) => {
      const { member, creator } = cast
      const stage = await setStage('member', member.name)
      const answer = await member.socket.request(each.event, await each.body(stage), {
        ...(each.isInRoom === true ? { room: stage.room } : {}),
        as: creator.id,
      })
      expect(answer.error?.code).toBe('forbidden')
    })

    it('leaves the id of a stranger’s refused command free for a member, and does not reveal used ids to a stranger', async () => {
      const { creator, member, stranger } = cast
      const { room } = await creator.createChat('ids', [member.id])
      const [squatted, missing] = [randomUUID(), randomUUID()]
      const sendAs = (person: Person, msg: string, where = room) =>
        person.socket.request('new-message', { msg, type: 'text', id: squatted }, { room: where })
      const refused = await sendAs(stranger, 'of the stranger')
      expect(refused.error?.code).toBe('forbidden')
      expect((await sendAs(member, 'of the member')).body).toMatchObject({ id: squatted, msg: 'of the member' })
      const errors = [await sendAs(stranger, 'another'), await sendAs(stranger, 'another', missing)].map(({ error }) => error)
      expect(errors).toEqual([refused.error, refused.error])
      const taken = await stranger.socket.request('create-chat', { chat: { id: room, name: 'mine' }, users: [stranger.id] })
      expect(taken.error).toEqual(refused.error)
      const own = await member.socket.request('create-chat', { chat: { id: room, name: 'mine' }, users: [member.id] })
      expect(own.error?.code).toBe('conflict')
    })

    it('covers every request of the protocol', () => {
      expect(new Set(authorisation.map(({ event }) => event))).toEqual(new Set(requestEvents))
    })
  })
}
