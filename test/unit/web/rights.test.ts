import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Rights } from '../../../services/web/src/model/rights.ts'
import { createRights } from '../../../services/web/src/model/rights.ts'
import type { JoinedChat, RolesChange } from '../../../shared/client/chat-events.ts'

const at = '2026-05-05T10:00:00.000Z'
const inMs = (ms: number): string => new Date(Date.parse(at) + ms).toISOString()
const me = { id: 'me', externalUserId: 'me', created_at: at, modified_at: at }

const joined = (role: Partial<JoinedChat>): JoinedChat => ({
  ...{ id: 'r', name: 'Room', users: ['me', 'other'], seq: 5 },
  ...{ user_id: 'other', created_at: at, modified_at: at },
  ...role,
})

const change = (role: Pick<RolesChange, 'role' | 'until'>): RolesChange => ({
  ...{ id: 'c', room: 'r', seq: 6, users: ['me'], user_id: 'other', created_at: at },
  ...role,
})

const rightsOf = (role: Partial<JoinedChat>): Rights =>
  createRights({ chat: joined(role), client: { user: me }, features: signal(new Set(['update-members'])) })

const roleAfter = ({ own }: Rights, ms: number): string => {
  vi.advanceTimersByTime(ms)
  return own.value.role
}

describe('The rights of a user on the page', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date(at) })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('are those of the role that the service has named for the end of a mute, without a request', () => {
    const rights = rightsOf({ role: 'reader', role_until: inMs(60_000), role_after: 'moderator' })
    expect(roleAfter(rights, 59_000)).toBe('reader')
    expect(rights.own.value.until).toBe(inMs(60_000))
    expect(roleAfter(rights, 2_000)).toBe('moderator')
    expect(rights.own.value.until).toBeUndefined()
  })

  it('are those of the earlier role when a mute that was set while the page was open has ended', () => {
    const rights = rightsOf({ role: 'admin' })
    rights.rolesChanged(change({ role: 'reader', until: inMs(60_000) }))
    rights.rolesChanged(change({ role: 'reader', until: inMs(120_000) }))
    expect(roleAfter(rights, 61_000)).toBe('reader')
    expect(roleAfter(rights, 60_000)).toBe('admin')
  })

  it('are those of a member after a mute if the service does not name the role', () => {
    expect(roleAfter(rightsOf({ role: 'reader', role_until: inMs(60_000) }), 61_000)).toBe('member')
  })

  it('stay those of a mute that ends later than the longest timer', () => {
    const day = 24 * 3_600_000
    const rights = rightsOf({ role: 'reader', role_until: inMs(30 * day), role_after: 'member' })
    expect(roleAfter(rights, 29 * day)).toBe('reader')
    expect(roleAfter(rights, day + 1_000)).toBe('member')
  })

  it('stay those of a mute at first if its end is in the past, because the clock of the device may be ahead', () => {
    const rights = rightsOf({ role: 'reader', role_until: inMs(-60_000), role_after: 'member' })
    expect(rights.own.value.role).toBe('reader')
    expect(roleAfter(rights, 1_000)).toBe('member')
  })
})
