import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { DatabaseSession, Statement } from '../../../infra/postgres/connection/statement.ts'
import { countUnreadStatement, unreadMembershipsOf } from '../../../infra/postgres/read-model/unread-memberships.ts'
import { createLookups } from '../../../services/gateway/reads/lookups.ts'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import { memoryStore } from '../memory-store/memory-store.ts'

/** A twentieth of a reconnect of 10,000 users, each with the most chats that are read together, and unread messages in all of them. */
const users = Array.from({ length: 500 }, () => randomUUID())
const rooms = Array.from({ length: defaultBounds.lookupMemberships }, () => randomUUID())

/** Answers as Postgres would, and counts the statements. */
const countingSession = (count: () => void): DatabaseSession =>
  ({
    run: async (statement: Statement, [first]: readonly [readonly string[]]) => {
      count()
      if (statement === countUnreadStatement) return first.map(() => ({ unread: '3', mentions: '0' }))
      return first.flatMap((user) =>
        rooms.map((id) => ({ user_id: user, id, since_seq: '0', seq: '4', gen: 0, is_set: true, marker_seq: '1' })),
      )
    },
  }) as unknown as DatabaseSession

it('reads the unread messages of 500 users with 500 chats each, who reconnect at the same time, in at most 25 statements', async () => {
  let statements = 0
  const session = countingSession(() => {
    statements += 1
  })
  const { store, readModel } = memoryStore()
  const lookups = createLookups(
    store,
    { ...readModel, unreadMemberships: (some, most) => unreadMembershipsOf(session, some, most) },
    defaultBounds,
  )
  const found = await Promise.all(users.map((user) => lookups.unreadMemberships(user)))
  expect(found.every((memberships) => memberships.length === rooms.length)).toBe(true)
  expect(found.at(-1)?.at(-1)).toMatchObject({ room: rooms.at(-1), unread: 3, read: { gen: 0, seq: 1 } })
  expect(statements).toBeLessThanOrEqual(25)
})
