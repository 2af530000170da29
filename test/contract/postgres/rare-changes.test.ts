import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../../infra/postgres/database.ts'
import type { DomainEvent } from '../../../shared/room-events/room-events.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import { roomWithRoles } from '../room-with-roles.ts'
import { append, at, blockSet, messagePosted, userUpdated } from '../stored-chat.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

/** A message that mentions all members. */
const mentioning = (room: string, seq: number, by: string): DomainEvent => {
  const event = messagePosted(room, seq, by)
  return { ...event, body: { ...event.body, mentions: 'all' } } as DomainEvent
}

const renamed = (room: string, seq: number, by: string): DomainEvent => {
  const id = randomUUID()
  const body = { id, user_id: by, created_at: at(seq), chat: { id: room, name: 'renamed' } }
  return { type: 'ChatUpdated', stream: room, seq, commandId: id, digest: `digest of ${id}`, body }
}

describe.skipIf(noStackReason())('An append on PostgreSQL', () => {
  let url: string
  let database: Database
  beforeEach(async () => {
    url = await freshDatabase()
    database = await openMigrated(url)
  })
  afterEach(() => database.close())

  /** Every later call of the function fails. */
  const breakFunction = (name: string): Promise<unknown> =>
    withSession(url, (client) =>
      client.query(`create or replace function ${name}(changes json) returns void language plpgsql as $$
        begin raise exception 'called'; end $$`),
    )

  it('does not call the function for changes of chats if it has changes of messages only', async () => {
    const { ann, bob, post, react, edit, codes } = await roomWithChanges(database.eventStore)
    await breakFunction('apply_chat_changes')
    const id = randomUUID()
    const changes = [react(bob, id, '+'), edit(ann, id, 'changed'), post(bob, 'a reply', { thread: id })]
    expect(await codes(post(ann, 'hi', {}, id), ...changes)).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  it('does not call the function for changes of messages if it has changes of chats, roles and users only', async () => {
    const { ann, bob, update, set, ban, codes } = await roomWithRoles(database.eventStore)
    await breakFunction('apply_message_changes')
    expect(await codes(update(ann, { name: 'renamed' }), set(ann, [bob], 'admin'), ban(ann, [bob]))).toEqual(['ok', 'ok', 'ok'])
    await append(database.eventStore, userUpdated(ann, 2, { name: 'Ann' }), blockSet(ann, 3, bob))
    await append(database.eventStore, blockSet(ann, 4, bob, false))
    expect(await database.readModel.usersById([ann])).toMatchObject([{ name: 'Ann' }])
  })

  it('stores changes of messages, chats and users together', async () => {
    const { ann, bob, room } = await roomWithRoles(database.eventStore)
    await append(database.eventStore, mentioning(room, 2, ann), renamed(room, 3, ann), userUpdated(ann, 2, { name: 'Ann' }))
    const { chats } = await database.readModel.chatsOf({ user: bob, limit: 1 })
    expect(chats).toMatchObject([{ name: 'renamed', mentions: 1 }])
    expect(await database.readModel.usersById([ann])).toMatchObject([{ name: 'Ann' }])
  })
})
