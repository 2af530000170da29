import { describe, expect, it } from 'vitest'
import type { Admission } from '../../../../services/gateway/admission/admission.ts'
import type { ReadModel } from '../../../../shared/ports/read-model.ts'
import { gatewayRig } from '../gateway-rig.ts'

const userOf = (subject: string): Partial<Admission> => ({ principal: { isService: false, subject } })

/** Counts the reads of lists in flight per user. The test ends them. */
const heldReads = () => {
  const underWay = new Map<string, number>()
  const ends: (() => void)[] = []
  const held =
    <Query, Result>(
      read: (query: Query, viewer?: string) => Promise<Result>,
      userIn: (query: Query, viewer?: string) => string,
    ) =>
    async (query: Query, viewer?: string): Promise<Result> => {
      const user = userIn(query, viewer)
      underWay.set(user, (underWay.get(user) ?? 0) + 1)
      await new Promise<void>((resolve) => ends.push(resolve))
      underWay.set(user, (underWay.get(user) ?? 0) - 1)
      return read(query, viewer)
    }
  const hold = (readModel: ReadModel): ReadModel => ({
    ...readModel,
    usersById: held(readModel.usersById, (_, viewer = '') => viewer),
    chatsOf: held(readModel.chatsOf, ({ user }) => user),
    messagesOf: held(readModel.messagesOf, ({ reader }) => reader),
  })
  return { hold, underWay, end: () => ends.shift()?.() }
}

const room = '00000000-0000-7000-8000-00000000aaaa'

describe('One account that reads on three sockets', () => {
  it('holds two of ten database connections, so that another user can bind and read', async () => {
    const { hold, underWay, end } = heldReads()
    const rig = await gatewayRig({
      bounds: { databasePool: 10 },
      ports: ({ eventStore, readModel }) => ({ eventStore, readModel: hold(readModel) }),
    })
    const first = await rig.bound('eve', userOf('eve'))
    const bound = [first, await rig.bound('eve', userOf('eve')), await rig.bound('eve', userOf('eve'))]
    const eve = first.id
    for (const { client } of bound) {
      for (let nth = 0; nth < 20; nth += 1) {
        client.send({ event: 'get-users', body: { users: [eve] } })
        client.send({ event: 'list-chats', body: { user: { id: eve } } })
        client.send({ event: 'list-messages', body: { chat: { id: room } } })
      }
    }
    await rig.settle()
    expect(underWay.get(eve)).toBe(2)

    const bob = await rig.bound('bob', userOf('bob'))
    bob.client.send({ event: 'list-chats', id: 'mine', body: { user: { id: bob.id } } })
    await rig.settle()
    expect(underWay.get(bob.id)).toBe(1)
    for (let nth = 0; nth < 10; nth += 1) {
      end()
      await rig.settle()
      expect(underWay.get(eve)).toBe(2)
    }
    expect(bob.client.seen()).toContain('list-chats (mine)')
  })
})
