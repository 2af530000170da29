import { describe, expect, it } from 'vitest'
import { createSessionCounts } from '../../../../services/gateway/limits/session-counts.ts'

describe('The session counts of a gateway', () => {
  const bounds = { sessionsPerGateway: 5, bindingSessions: 3, sessionsPerAddress: 2, sessionsPerUser: 2 }
  const client = (address: string, subject: string) => ({ address, subject })

  it('bound the sessions per user, per address and in total', () => {
    const sessionCounts = createSessionCounts(bounds)
    const enter = (address: string, subject: string) => {
      const slot = sessionCounts.enter(client(address, subject))
      if (typeof slot !== 'string') slot.bound()
      return typeof slot === 'string' ? slot : 'in'
    }
    expect([enter('1', 'ann'), enter('1', 'bob'), enter('1', 'cyd')]).toEqual(['in', 'in', 'address_full'])
    expect([enter('2', 'ann'), enter('3', 'ann')]).toEqual(['in', 'user_full'])
    expect([enter('3', 'dan'), enter('4', 'eve'), enter('5', 'fay')]).toEqual(['in', 'in', 'gateway_full'])
    expect(sessionCounts.size).toBe(5)
  })

  it('bound the sessions that have no user yet', () => {
    const sessionCounts = createSessionCounts(bounds)
    const slots = ['ann', 'bob', 'cyd'].map((name) => sessionCounts.enter(client(name, name)))
    expect(sessionCounts.isFull()).toBe('binding_full')
    expect(sessionCounts.enter({})).toBe('binding_full')
    for (const slot of slots.slice(0, 1)) if (typeof slot !== 'string') slot.bound()
    expect(sessionCounts.isFull()).toBeUndefined()
  })

  it('free a slot once', () => {
    const sessionCounts = createSessionCounts(bounds)
    const slot = sessionCounts.enter(client('1', 'ann'))
    if (typeof slot === 'string') throw new Error(slot)
    slot.leave()
    slot.leave()
    slot.bound()
    expect([sessionCounts.size, sessionCounts.binding]).toEqual([0, 0])
  })

  it('do not count services per user or address', () => {
    const sessionCounts = createSessionCounts({ ...bounds, bindingSessions: 10 })
    const slots = Array.from({ length: 5 }, () => sessionCounts.enter({}))
    expect(slots.filter((slot) => typeof slot === 'string')).toEqual([])
    expect(sessionCounts.enter({})).toBe('gateway_full')
  })
})
