import { describe, expect, it } from 'vitest'
import { createMembershipLookup } from '../../../../services/gateway/reads/membership-lookup.ts'
import type { ReadModel, RoomMembership } from '../../../../shared/ports/read-model.ts'

const bounds = { lookupItems: 100, lookupMemberships: 3 }

const chats = (count: number): readonly RoomMembership[] =>
  Array.from({ length: count }, (_, index) => ({ room: `room ${index}`, since: 0, head: 1 }))

/** Users by their number of chats. The test ends unbounded reads. */
const readModelOf = (counts: Readonly<Record<string, number>>) => {
  const asked: { readonly users: readonly string[]; readonly most: number | undefined }[] = []
  const unbounded: (() => void)[] = []
  const memberships: ReadModel['memberships'] = async (users, most) => {
    asked.push({ users, most })
    if (most === undefined) await new Promise<void>((resolve) => unbounded.push(resolve))
    return new Map(users.map((user) => [user, chats(Math.min(counts[user] ?? 0, (most ?? 1e9) + 1))]))
  }
  return { memberships, asked, endUnbounded: () => unbounded.shift()?.() }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('The membership lookup', () => {
  it('answers users with few chats while the chats of a user with many are still being read', async () => {
    const readModel = readModelOf({ heavy: 10, light: 2, late: 3 })
    const lookUp = createMembershipLookup(readModel.memberships, bounds)
    const heavy = lookUp('heavy')
    expect(await lookUp('light')).toHaveLength(2)
    expect(await lookUp('late')).toHaveLength(3)
    readModel.endUnbounded()
    expect(await heavy).toHaveLength(10)
  })

  it('reads the chats of one such user after the other, so that they hold one connection together', async () => {
    const readModel = readModelOf({ one: 10, two: 20 })
    const lookUp = createMembershipLookup(readModel.memberships, bounds)
    const both = Promise.all([lookUp('one'), lookUp('two')])
    const apart = () => readModel.asked.filter(({ most }) => most === undefined).map(({ users }) => users)
    await settled()
    expect(apart()).toEqual([['one']])
    readModel.endUnbounded()
    await settled()
    expect(apart()).toEqual([['one'], ['two']])
    readModel.endUnbounded()
    expect((await both).map(({ length }) => length)).toEqual([10, 20])
  })

  it('reads once for a user who is looked up several times in one turn', async () => {
    const readModel = readModelOf({ first: 1, same: 2 })
    const lookUp = createMembershipLookup(readModel.memberships, bounds)
    await Promise.all(['first', 'same', 'same'].map(lookUp))
    expect(readModel.asked.map(({ users }) => users)).toEqual([['first'], ['same']])
  })
})
