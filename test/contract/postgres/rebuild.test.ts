import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { rebuild } from '../../../infra/postgres/admin/rebuild.ts'
import { holdWriterLock } from '../../../infra/postgres/connection/writer-lock.ts'
import { operator } from '../../../shared/domain/commands.ts'
import type { EventStore } from '../../../shared/ports/event-store.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { until } from '../../support/poll.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { madeFile } from '../made-file.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import { roomWithRoles } from '../room-with-roles.ts'
import {
  append,
  at,
  blockSet,
  chatCreated,
  fillRoom,
  messagePosted,
  userCreated,
  userErased,
  usersAdded,
  usersRemoved,
  userUpdated,
} from '../stored-chat.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { dump, withSession } from './session.ts'

const messageTables = ['message_edit', 'message_reaction', 'reaction_count', 'mention', 'attachment']
const readModelTables = ['app_user', 'block', 'chat', 'chat_member', 'message', ...messageTables]

/** Users, and rooms with all kinds of events, written in transactions of several sizes. */
const writeEveryKind = async (store: EventStore): Promise<void> => {
  const users = Array.from({ length: 20 }, () => randomUUID())
  await append(store, ...users.map((id, index) => userCreated(id, `ext '${index}' 😀`, index % 2 === 0 ? undefined : 'Ann \\')))
  for (let turn = 0; turn < 8; turn += 1) {
    const [ann = '', bob = '', cleo = ''] = users.slice(turn)
    const room = randomUUID()
    await append(store, chatCreated(room, [ann, bob], { name: `room ${turn} "é"`, at: at(turn) }))
    await append(store, messagePosted(room, 2, ann), usersAdded(room, 3, [cleo]), messagePosted(room, 4, cleo))
    await append(store, usersRemoved(room, 5, [bob]), usersAdded(room, 6, []), usersRemoved(room, 7, [cleo]))
    if (turn % 2 === 0)
      await append(store, usersAdded(room, 8, [bob]), usersRemoved(room, 9, [bob]), usersAdded(room, 10, [bob, cleo]))
  }
  await fillRoom(store, users, 4_500)
}

/** A room whose messages are edited, deleted, pinned, answered, and have reactions and mentions, in several transactions. */
const changeMessages = async (store: EventStore): Promise<void> => {
  const { ann, bob, post, edit, remove, react, pin, act, codes } = await roomWithChanges(store)
  const ids = Array.from({ length: 6 }, () => randomUUID()) as [string, string, string, string, string, string]
  const [root, edited, gone, reply, lateReply, many] = ids
  await act(
    post(ann, 'root', { mentions: [bob], data: { a: 1 }, attachments: [madeFile()] }, root),
    post(bob, 'first', { mentions: 'all' }, edited),
  )
  await act(
    post(bob, 'gone', { mentions: [ann, bob], attachments: [madeFile()] }, gone),
    edit(bob, gone, 'gone twice', { mentions: [ann] }),
  )
  await act(
    edit(bob, edited, 'second', { mentions: [ann], type: 'html' }),
    edit(bob, edited, 'third', { mentions: [bob], attachments: [madeFile(), madeFile()] }),
  )
  await act(post(bob, 'reply', { thread: root, reply_to: edited }, reply), post(ann, 'late', { thread: root }, lateReply))
  await act(react(ann, gone, '+'), react(bob, root, '+'), react(ann, root, '+'), react(bob, root, '-'), react(ann, root, 'é'))
  await act(react(bob, root, '-', false), react(ann, root, '+', false), react(ann, root, '+'), pin(ann, gone), pin(ann, edited))
  await act(pin(ann, root), pin(ann, root, false), remove(bob, gone), remove(ann, lateReply))
  await act(post(ann, 'many', {}, many), edit(ann, many, 'again', { mentions: 'all' }), react(bob, many, '+'), remove(ann, many))
  const rejected = await codes(edit(bob, gone, 'late'), react(ann, gone, '-'), edit(ann, edited, 'not mine'))
  expect(rejected).toEqual(['unknown_message', 'unknown_message', 'forbidden'])
}

/** Profiles that change and are emptied, blocks that are set twice and removed, and a direct chat. */
const changePeople = async (store: EventStore): Promise<void> => {
  const [ann, bob, cleo] = [randomUUID(), randomUUID(), randomUUID()]
  await append(store, ...[ann, bob, cleo].map((id) => userCreated(id, `ext ${id}`, 'Ann')))
  await append(
    store,
    userUpdated(ann, 2, { name: 'A', image: 'a.png', data: { a: null } }),
    blockSet(ann, 3, bob),
    blockSet(bob, 2, ann),
  )
  await append(store, userUpdated(ann, 4, { image: 'b.png' }), blockSet(ann, 5, bob, false), blockSet(bob, 3, ann))
  await append(store, blockSet(ann, 6, bob), blockSet(ann, 7, cleo), blockSet(ann, 8, cleo, false), blockSet(cleo, 2, bob))
  await append(store, chatCreated(randomUUID(), [ann, cleo], { name: '' }), userUpdated(cleo, 3, {}))
}

/** Erased messages of one user and of all, in rooms with replies, edits, pins and mentions; users are erased, and one returns. */
const eraseSome = async (store: EventStore): Promise<void> => {
  const [ann, bob, cleo] = [randomUUID(), randomUUID(), randomUUID()]
  await append(store, ...[ann, bob, cleo].map((id) => userCreated(id, `ext ${id}`, 'Ann')))
  const { room, post, edit, pin, act } = await roomWithChanges(store, { ann, bob })
  const [root, reply] = [randomUUID(), randomUUID()]
  await act(
    post(ann, 'root', { mentions: [bob] }, root),
    post(bob, 'a', { thread: root, mentions: 'all' }, reply),
    pin(ann, reply),
  )
  await act(post(bob, 'b', { thread: root }), edit(bob, reply, 'c', { mentions: [ann] }), post(ann, 'd', { thread: reply }))
  const erase = (body: object): Command =>
    ({ v: 1, type: 'Erase', stream: room, id: randomUUID(), digest: 'd', user: operator, at: at(1), body }) as Command
  await act(erase({ user: bob, from: 1, before: 100 }))
  await act(post(ann, 'e', { thread: reply }))
  await act(erase({ from: 1, before: 3 }))
  await append(store, blockSet(bob, 2, ann), userUpdated(bob, 3, { name: 'B', data: { a: 1 } }), blockSet(cleo, 2, bob))
  await append(store, userErased(bob, 4), userUpdated(cleo, 3, { name: 'C' }), userErased(cleo, 4))
  await append(store, userCreated(randomUUID(), `ext ${bob}`, 'Bob'))
}

/** A room whose members change their roles, are banned, leave and return, in several transactions. */
const changeRoles = async (store: EventStore): Promise<void> => {
  const { ann, bob, cyd, act, add, ban, remove, set, update } = await roomWithRoles(store)
  await act(add(ann, [cyd]), set(ann, [bob], 'admin'), set(ann, [cyd], 'moderator'))
  await act(
    set(ann, [bob], 'reader', '2999-01-01T00:00:00.000Z'),
    update(ann, { image: 'a', data: { a: 1 }, rules: { pin: 'member' } }),
  )
  await act(remove(ann, [bob]), add(ann, [bob]), set(ann, [cyd], 'owner'), remove(cyd, [cyd]), add(ann, [cyd]))
  await act(ban(ann, [bob]), set(ann, [bob], 'member'), update(ann, { name: 'renamed', image: '' }))
  await act(add(ann, [bob]), ban(ann, [bob]))
  const { ann: other, cyd: never, ...more } = await roomWithRoles(store)
  await more.act(more.ban(other, [never, more.bob]), more.set(other, [never], 'member'), more.add(other, [never]))
  await more.act(more.ban(other, [never]), more.set(other, [more.bob], 'member'))
}

describe.skipIf(noStackReason())('rebuilding the read model on PostgreSQL', () => {
  it('restores the rows that writers produced, from any state of the tables', async () => {
    const url = await freshDatabase()
    const database = await openMigrated(url)
    await writeEveryKind(database.eventStore)
    for (let turn = 0; turn < 3; turn += 1) await changeMessages(database.eventStore)
    await changeRoles(database.eventStore)
    await changePeople(database.eventStore)
    for (let turn = 0; turn < 2; turn += 1) await eraseSome(database.eventStore)
    const before = await dump(url, [...readModelTables, 'event', 'meta'])
    for (const table of messageTables) expect(before[table]?.length).toBeGreaterThan(0)
    await withSession(url, async (client) => {
      for (const table of messageTables) await client.query(`delete from ${table}`)
      await client.query('update message set version_seq = 1, deleted_seq = 2, pinned_seq = 3, reply_count = 4')
      await client.query('delete from message where seq % 3 = 0')
      await client.query(`update chat set seq = seq + 1, name = 'broken'`)
      await client.query('update chat_member set until_seq = 99, role = 10, lowered_role = 10, lowered_until = now()')
      await client.query(`update app_user set name = 'other', image = 'x', data = '{}', seq = 7`)
      await client.query('update block set blocked_id = gen_random_uuid()')
      await client.query(`insert into app_user select gen_random_uuid(), 'nobody', null, now(), now()`)
    })
    await rebuild(url, recordingLog())
    expect(await dump(url, [...readModelTables, 'event', 'meta'])).toEqual(before)
    expect(before.message).toHaveLength(4_540)
    await database.close()
  })

  it('is refused while a writer holds its lock, and succeeds when none does', async () => {
    const url = await freshDatabase()
    {
      await using first = holdWriterLock(url, { log: recordingLog() })
      await using second = holdWriterLock(url, { log: recordingLog() })
      await Promise.all([first.acquired, second.acquired])
      await expect(rebuild(url, recordingLog())).rejects.toThrow('a writer is running')
    }
    await until('a rebuild to go ahead', () => rebuild(url, recordingLog()).then(() => true))
  })

  it('is refused again once a lost session of the writer has been replaced', async () => {
    const url = await freshDatabase()
    await using lock = holdWriterLock(url, { log: recordingLog() })
    await lock.acquired
    const lockSessions = `pid from pg_stat_activity where application_name = 'chat-writer-lock' and datname = current_database()`
    await withSession(url, async (client) => {
      const { rows } = await client.query<{ pid: number }>(`select ${lockSessions}`)
      await client.query('select pg_terminate_backend($1)', [rows[0]?.pid])
      await until('another session to hold the lock', async () => {
        const held = await client.query<{ pid: number }>(
          `select pid from pg_locks where locktype = 'advisory' and granted and pid in (select ${lockSessions})`,
        )
        return held.rows[0] !== undefined && held.rows[0].pid !== rows[0]?.pid
      })
    })
    await expect(rebuild(url, recordingLog())).rejects.toThrow('a writer is running')
  })

  it('keeps writers waiting for their lock while it runs', async () => {
    const url = await freshDatabase()
    await withSession(url, async (client) => {
      await client.query('begin')
      // An open read of the table holds the rebuild up in the middle of its work.
      await client.query('lock table message in share mode')
      const rebuilding = rebuild(url, recordingLog())
      await until('the rebuild to hold the writing lock', async () => {
        const { rows } = await withSession(url, (other) =>
          other.query(`select from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock'`),
        )
        return rows.length > 0
      })
      await using lock = holdWriterLock(url, { log: recordingLog() })
      let isHeld = false
      const held = lock.acquired.then(() => {
        isHeld = true
      })
      await until('the writer to wait', async () => {
        const { rows } = await withSession(url, (other) =>
          other.query(`select from pg_locks where locktype = 'advisory' and not granted`),
        )
        return rows.length > 0
      })
      expect(isHeld).toBe(false)
      await client.query('commit')
      await rebuilding
      await held
      expect(isHeld).toBe(true)
    })
  })

  it('stops waiting for a lock when it is disposed', async () => {
    const url = await freshDatabase()
    await withSession(url, async (client) => {
      await client.query('select pg_advisory_lock(4207002)')
      const lock = holdWriterLock(url, { log: recordingLog() })
      await lock[Symbol.asyncDispose]()
      await expect(lock.acquired).rejects.toThrow('was released')
    })
  })
})
