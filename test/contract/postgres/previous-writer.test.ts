import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { appendValues } from '../../../infra/postgres/event-store/append.ts'
import { parameters } from '../../../infra/postgres/event-store/write-changes.ts'
import type { Append } from '../../../shared/ports/event-store.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import { appending, messagePosted, written } from '../stored-chat.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

/** Where the values of an append begin that the previous version did not have, and how many there are; from the end. */
const later = [
  { at: 54, count: 3 },
  { at: 40, count: 1 },
  { at: 34, count: 1 },
  { at: 18, count: 3 },
] as const

/** Appends by the database function that the previous version calls. */
const appendAsBefore = (url: string, batch: Append): Promise<void> =>
  withSession(url, async (client) => {
    const values = later.reduce<readonly unknown[]>((all, { at, count }) => all.toSpliced(at, count), appendValues(batch, false))
    const { rows } = await client.query(`select append_events(${parameters(1, values.length)}) as done`, [...values])
    expect(rows).toEqual([{ done: true }])
  })

describe.skipIf(noStackReason())('A writer of the version before messages could change, on the present schema', () => {
  it('appends messages that later writers edit, answer and delete', async () => {
    const url = await freshDatabase()
    const database = await openMigrated(url)
    const { ann, bob, room, edit, post, remove, react, codes, events } = await roomWithChanges(database.eventStore)
    const [first, second] = [randomUUID(), randomUUID()]
    const posted = [messagePosted(room, 2, bob, { id: first, msg: 'canary' }), messagePosted(room, 3, ann, { id: second })]
    await appendAsBefore(url, appending({ events: posted.map((event) => written(event)), heads: new Map([[room, 1]]) }))
    const reply = post(ann, 'a reply', { thread: second, reply_to: first })
    expect(await codes(edit(bob, first, 'canary'), react(ann, first, '+'), reply, remove(bob, first))).toEqual(
      Array.from({ length: 4 }, () => 'ok'),
    )
    const page = await database.readModel.messagesOf({ room, reader: ann, limit: 10 })
    expect(page?.messages.map(({ seq, replies }) => [seq, replies?.count])).toEqual([
      [2, undefined],
      [3, 1],
      [6, undefined],
    ])
    expect(JSON.stringify([page, await events()])).not.toContain('canary')
    await database.close()
  })

  it('puts the chat of its message first in the list of chats', async () => {
    const url = await freshDatabase()
    const database = await openMigrated(url)
    const one = await roomWithChanges(database.eventStore)
    const other = await roomWithChanges(database.eventStore, one)
    const id = randomUUID()
    await one.act(one.post(one.ann, 'hi', {}, id))
    await other.act(other.post(one.ann, 'hi'))
    const late = messagePosted(one.room, 3, one.ann, { at: '2035-01-01T00:00:00.000Z' })
    await appendAsBefore(url, appending({ events: [written(late)], heads: new Map([[one.room, 2]]) }))
    const { chats } = await database.readModel.chatsOf({ user: one.ann, limit: 5 })
    expect(chats.map((chat) => chat.id)).toEqual([one.room, other.room])
    await database.close()
  })
})
