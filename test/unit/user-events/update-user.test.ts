import { describe, expect, it } from 'vitest'
import type { User } from '../../../shared/domain/events.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { requestSchemas } from '../../../shared/protocol/requests.ts'
import type { RequestedProfile } from '../../../shared/user-events/update-user.ts'
import { updateUser } from '../../../shared/user-events/update-user.ts'
import { at, uuid } from '../domain/chat-fixtures.ts'

const ann = uuid(2, 1)
const id = uuid(3, 1)
const user: User = { id: ann, externalUserId: 'ann', name: 'Ann', data: { team: 'bar' }, created_at: at(0), modified_at: at(3) }
const state = { seq: 4, user, blockCount: 0, blocks: new Set<string>(), knownUsers: new Set<string>(), maxBlocks: 1 }

const decide = (change: RequestedProfile, when = at(5)) =>
  updateUser.decide(
    { v: 1, type: 'UpdateUser', stream: ann, id, digest: 'd', user: ann, at: when, body: { user: change } },
    state,
  )

describe('update-user', () => {
  it('is the next event of the stream of the user, and has the whole user after the change', () => {
    expect(decide({ name: 'Anna', image: 'a.png' })).toEqual({
      type: 'UserUpdated',
      stream: ann,
      seq: 5,
      commandId: id,
      digest: 'd',
      body: { id, user: { ...user, name: 'Anna', image: 'a.png', modified_at: at(5) }, created_at: at(5) },
    })
  })

  it('removes a field for which an empty text or object is given, and keeps the fields that are not named', () => {
    const { user: after } = (decide({ name: '', data: {} }) as { body: { user: User } }).body
    expect(after).toEqual({ id: ann, externalUserId: 'ann', created_at: at(0), modified_at: at(5) })
    const { user: kept } = (decide({ image: 'a.png' }) as { body: { user: User } }).body
    expect(kept).toMatchObject({ name: 'Ann', data: { team: 'bar' } })
  })

  it('never gets an earlier time than the last change', () => {
    expect(decide({ name: 'Anna' }, at(1))).toMatchObject({ body: { created_at: at(3), user: { modified_at: at(3) } } })
  })

  const read = (change: object) =>
    requestSchemas(defaultLimits)['update-user'].safeParse({ event: 'update-user', body: { user: change } })

  it.each([
    ['no field', {}],
    ['an unknown field', { nickname: 'A' }],
    ['a long name', { name: 'x'.repeat(201) }],
    ['a long image', { image: 'x'.repeat(1_025) }],
    ['data that is no object', { data: [] }],
    ['long data', { data: { a: 'x'.repeat(4_096) } }],
    ['data with __proto__', JSON.parse('{"data":{"__proto__":{}}}')],
    ['a lone surrogate', { name: '\ud800' }],
  ])('refuses a request with %s', (_what, change) => {
    expect(read(change).success).toBe(false)
  })

  it.each([[{ name: '' }], [{ image: '' }], [{ data: {} }], [{ name: 'A', image: 'b', data: { c: { d: null } } }]])(
    'accepts %j',
    (change) => {
      expect(read(change)).toMatchObject({ success: true, data: { body: { user: change } } })
    },
  )
})
