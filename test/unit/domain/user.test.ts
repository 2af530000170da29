import { describe, expect, it } from 'vitest'
import type { CreateUser } from '../../../shared/domain/commands.ts'
import { userDecider } from '../../../shared/domain/user.ts'
import { at, uuid } from './chat-fixtures.ts'
import { specificationOf } from './given.ts'

const given = specificationOf(userDecider)

const createUser = (n: number, name?: string): CreateUser => ({
  v: 1,
  type: 'CreateUser',
  stream: 'ext-ann',
  id: uuid(2, n),
  digest: `digest-${n}`,
  at: at(n),
  body: { externalUserId: 'ext-ann', name },
})

const created = (n: number, name?: string) => {
  const { result } = given([]).when(createUser(n, name))
  if (result.type !== 'UserCreated') throw new Error('the user exists already')
  return result
}

describe('creating a user', () => {
  it('creates the user of the command', () => {
    given([])
      .when(createUser(1, 'Ann'))
      .then({
        type: 'UserCreated',
        stream: uuid(2, 1),
        seq: 1,
        commandId: uuid(2, 1),
        digest: 'digest-1',
        body: { user: { id: uuid(2, 1), externalUserId: 'ext-ann', name: 'Ann', created_at: at(1), modified_at: at(1) } },
      })
  })

  it('leaves the name out if none is given', () => {
    expect(Object.keys(created(1).body.user)).toEqual(['id', 'externalUserId', 'created_at', 'modified_at'])
  })

  it('returns the existing user with the same external id, and keeps its name', () => {
    const ann = created(1, 'Ann')
    given([ann]).when(createUser(2, 'Anna')).then({ type: 'AlreadyThere', user: ann.body.user })
  })
})
