import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../shared/domain/roles.ts'
import { roleNames, roles } from '../../shared/domain/roles.ts'
import { actions } from '../../shared/domain/rules.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import type { GuardedChat } from './guarded-chat.ts'
import { asUser, fromElsewhere } from './guarded-chat.ts'
import type { RoleCase, RoleStage } from './roles-table.ts'
import { roleTable } from './roles-table.ts'

const names = ['owner', 'actor', 'other', 'newcomer'] as const
type Cast = Readonly<Record<(typeof names)[number], Person>>

/** Actions that no request of this version has. */
const withoutRequest: readonly string[] = ['upload']

/** The users of the suite; the actor is on another gateway than the owner. */
const castOf = async (urls: GuardedChat['urls'], owned: AsyncDisposableStack): Promise<Cast> => {
  const [here, there = here] = urls
  const people = names.map(async (role, index) => {
    const name = freshName(role)
    const headers = { ...(await asUser(name)), ...fromElsewhere() }
    return owned.use(await personOn(index % 2 === 0 ? here : there, name, undefined, headers))
  })
  const all = await Promise.all(people)
  return Object.fromEntries(names.map((name, index) => [name, all[index]])) as Cast
}

export const rolesSuite = (open: () => GuardedChat): void => {
  describe('the role that each action needs', () => {
    const owned = new AsyncDisposableStack()
    let cast: Cast
    beforeAll(async () => {
      cast = await castOf(open().urls, owned)
    })
    afterAll(() => owned.disposeAsync())

    const act = async (person: Person, event: string, room: string, body: object) => {
      const { error } = await person.socket.request(event, body, { room })
      return error === undefined ? 'ok' : { code: error.code, details: error.details }
    }

    /** A room with a message of the actor, who then gets the role, and one of another member. */
    const setStage = async (role: Role, rules: object = {}): Promise<RoleStage & { readonly room: string }> => {
      const { owner, actor, other, newcomer } = cast
      const { room } = await owner.createChat('stage', [actor.id, other.id])
      const messages = { own: randomUUID(), others: randomUUID() }
      await actor.say(room, 'before', messages.own)
      await other.say(room, 'before', messages.others)
      expect(await act(owner, 'update-members', room, { users: [actor.id], role })).toBe('ok')
      expect(await act(owner, 'update-chat', room, { chat: { rules } })).toBe('ok')
      return { room, other: other.id, newcomer: newcomer.id, messages }
    }

    const ask = async (role: Role, { event, body }: RoleCase, rules?: object) => {
      const stage = await setStage(role, rules)
      return act(cast.actor, event, stage.room, body(stage))
    }

    const cells = roleTable.flatMap((each) => roleNames.map((role) => ({ ...each, role })))
    it.each(cells)('lets a $role do $action ($event of $what) only from $least on', async ({ role, ...each }) => {
      const isAllowed = roles[role] >= roles[each.least]
      // A reader lacks `post` before it lacks what a message needs beside it, and an author has two rules for a deletion.
      const action = ['thread', 'mention_all'].includes(each.action) ? 'post' : each.action
      const forbidden = { code: 'forbidden', details: { action, needs: each.least } }
      expect(await ask(role, each)).toEqual(isAllowed ? 'ok' : forbidden)
    })

    it.each(roleTable)('lets only an owner do $action ($event of $what) if the rule says so', async (each) => {
      const rules = { delete_any: 'owner', [each.action]: 'owner' }
      const forbidden = { code: 'forbidden', details: { action: each.action, needs: 'owner' } }
      expect(await ask('admin', each, rules)).toEqual(forbidden)
      expect(await ask('owner', each, rules)).toBe('ok')
    })

    it('lets every member leave, whatever its role', async () => {
      for (const role of roleNames) {
        const { room } = await setStage(role)
        expect(await act(cast.actor, 'remove-users', room, { users: [cast.actor.id] })).toBe('ok')
      }
    })

    it('lets nobody act on a member of the same or of a higher role, nor give a higher role', async () => {
      const { owner, actor, other } = cast
      const { room } = await setStage('moderator')
      await act(owner, 'update-members', room, { users: [other.id], role: 'moderator' })
      for (const request of ['remove-users', 'update-members'])
        expect(
          await act(actor, request, room, { users: [other.id], ...(request === 'update-members' ? { role: 'reader' } : {}) }),
        ).toEqual({
          code: 'forbidden',
          details: { action: request === 'remove-users' ? 'remove' : 'roles', needs: 'admin' },
        })
      expect(await act(actor, 'update-members', room, { users: [owner.id], role: 'reader' })).toEqual({
        code: 'forbidden',
        details: { action: 'roles' },
      })
      await act(owner, 'update-members', room, { users: [other.id], role: 'reader' })
      expect(await act(actor, 'update-members', room, { users: [other.id], role: 'admin' })).toEqual({
        code: 'forbidden',
        details: { action: 'roles', needs: 'admin' },
      })
    })

    it('covers every action', () => {
      const covered = new Set([...roleTable.map(({ action }) => action as string), ...withoutRequest])
      expect([...covered].toSorted()).toEqual([...actions].toSorted())
    })
  })
}
