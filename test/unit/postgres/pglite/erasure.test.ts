import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eraseUser, planErasure } from '../../../../services/admin/erasure/erase-user.ts'
import { expireMessages } from '../../../../services/admin/erasure/expire-messages.ts'
import { eraseCommand, eraseUserCommand, recordOf } from '../../../../services/admin/erasure/operator-commands.ts'
import { decideBatch } from '../../../../services/writer/decide-batch.ts'
import { readRecord } from '../../../../services/writer/read-record.ts'
import { readSetOf } from '../../../../services/writer/read-set.ts'
import type { NewRecord } from '../../../../shared/ports/command-log.ts'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import type { OpenEmbedded } from '../../../contract/postgres/open-pglite.ts'
import { openEmbedded, scratchFolder } from '../../../contract/postgres/open-pglite.ts'
import { withSession } from '../../../contract/postgres/session.ts'
import { roomWithChanges } from '../../../contract/room-with-changes.ts'
import {
  append,
  appending,
  chatCreated,
  fillRoom,
  messagePosted,
  userCreated,
  usersRemoved,
  withAppender,
} from '../../../contract/stored-chat.ts'
import { recordingLog } from '../../../support/recording-log.ts'
import { fastClock } from '../../admin/moving/fast-clock.ts'

const folder = scratchFolder()
let opened: OpenEmbedded
beforeAll(async () => {
  opened = await openEmbedded(folder.path)
}, 60_000)
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

/** A command log whose writer decides each record at once, alone. */
const writerLog = () => {
  const published: NewRecord[] = []
  const decide = (record: NewRecord): Promise<void> =>
    withAppender(opened.store, async (appender) => {
      const read = readRecord({ ...record, partition: 0, offset: '0' })
      if (!('command' in read)) throw new Error(read.reason)
      const { command } = read
      const snapshot = await appender.read(readSetOf([command], defaultLimits.chatsPerUser))
      const { decided } = decideBatch([command], snapshot, defaultLimits)
      const seq = snapshot.chats.get(command.stream)?.seq
      const userSeq = snapshot.userStreams.get(command.stream)?.seq
      const heads = new Map(seq === undefined ? [] : [[command.stream, seq]])
      const userHeads = new Map(userSeq === undefined ? [] : [[command.stream, userSeq]])
      expect(await appender.append(appending({ ...decided, heads, userHeads }))).toBe('appended')
    })
  const publish = async (records: readonly NewRecord[]): Promise<void> => {
    for (const record of records) {
      published.push(record)
      await decide(record)
    }
  }
  return { published, publish }
}

/** A log from which the writers move each command of a room to the dead-letter topic. */
const losing = ({ publish }: ReturnType<typeof writerLog>, room: string): Pick<ReturnType<typeof writerLog>, 'publish'> => ({
  publish: (records) => publish(records.filter(({ key }) => key !== room)),
})

const now = (): string => new Date().toISOString()

const start = () => {
  const { erasureReads: reads } = opened.database
  const log = writerLog()
  const drained = async (): Promise<void> => {}
  const deps = { reads, eventStore: opened.store, commandLog: log, drained, clock: fastClock, log: recordingLog() }
  return { deps, published: log.published }
}

const rowsOf = (text: string, ...values: readonly unknown[]): Promise<readonly Record<string, unknown>[]> =>
  withSession(opened.embedded.url, async (client) => (await client.query(text, [...values])).rows as Record<string, unknown>[])

describe('The erasure of a user', () => {
  it('reaches present and former rooms, kept content and many messages, in several commands, and then finds nothing', async () => {
    const { deps, published } = start()
    const [ann, eve] = [randomUUID(), randomUUID()]
    await append(opened.store, userCreated(ann, `ext ${ann}`, 'Ann'), userCreated(eve, `ext ${eve}`, 'canary'))
    await fillRoom(opened.store, [eve, ann], 1_500)
    const { room: changed, post, remove, act } = await roomWithChanges(opened.store, { ann, bob: eve })
    const gone = randomUUID()
    await act(post(eve, 'canary', {}, gone), remove(eve, gone), post(ann, 'hi'))
    await rowsOf('insert into deleted_message values ($1, $2, 2, $3)', changed, gone, 'canary')
    const former = randomUUID()
    await append(opened.store, chatCreated(former, [ann, eve]), messagePosted(former, 2, eve), usersRemoved(former, 3, [eve]))
    const user = await deps.reads.userByExternalId(`ext ${eve}`)
    if (user === undefined) throw new Error('no such user')
    const plan = await planErasure(deps, user)
    expect(plan).toEqual({ rooms: 3, memberships: 2, messages: 1_502, profile: true })
    expect(await eraseUser(deps, user)).toEqual(plan)
    // Two of the large room, one of each other room, and the profile.
    expect(published).toHaveLength(5)
    expect(await rowsOf('select 1 from deleted_message')).toEqual([])
    expect(await rowsOf(`select 1 from event where data like '%canary%'`)).toEqual([])
    expect(await rowsOf('select 1 from message where user_id = $1 and deleted_seq is null', eve)).toEqual([])
    expect(await rowsOf('select 1 from message where user_id = $1 and deleted_seq is not null', ann)).toEqual([])
    expect(await opened.readModel.memberships([eve])).toEqual(new Map())
    const again = await deps.reads.userById(eve)
    expect(again).toEqual({ id: eve, isErased: true })
    expect(await eraseUser(deps, { id: eve, isErased: true })).toEqual({ rooms: 0, memberships: 0, messages: 0, profile: false })
    expect(published).toHaveLength(5)
  })

  it('is divided so that one command redacts few events, also if messages have many edits', async () => {
    const { deps } = start()
    const eve = randomUUID()
    const room = await fillRoom(opened.store, [eve, randomUUID()], 5)
    await rowsOf('update message set version_seq = 1 where chat_id = $1', room)
    await rowsOf(
      'insert into message_edit select chat_id, id, nth from message, generate_series(1, 900) as edits (nth) where chat_id = $1',
      room,
    )
    expect(await deps.reads.nextRange(room, eve)).toEqual({ from: 2, before: 4, messages: 2 })
    const { ranges } = await deps.reads.expired(`${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`, 1)
    expect(ranges.find((range) => range.room === room)).toEqual({ room, from: 1, before: 4, messages: 2 })
    await rowsOf('delete from message_edit where chat_id = $1', room)
  })

  it('leaves out a room whose command has no effect, erases the rest, and names the room', async () => {
    const { deps } = start()
    const [ann, eve] = [randomUUID(), randomUUID()]
    await append(opened.store, userCreated(ann, `ext ${ann}`, 'Ann'), userCreated(eve, `ext ${eve}`, 'Eve'))
    const [bad, good] = [await fillRoom(opened.store, [eve, ann], 5), await fillRoom(opened.store, [eve, ann], 5)]
    const counts = await eraseUser({ ...deps, commandLog: losing(deps.commandLog, bad) }, { id: eve, isErased: false })
    expect(counts).toEqual({ rooms: 1, memberships: 1, messages: 5, profile: true, failedRooms: [bad] })
    expect(deps.log.lines.join()).toContain(bad)
    expect(await rowsOf('select 1 from message where chat_id = $1 and deleted_seq is null', good)).toEqual([])
    // After its cause is gone, the same call erases the rest.
    expect(await eraseUser(deps, { id: eve, isErased: true })).toEqual({ rooms: 1, memberships: 1, messages: 5, profile: false })
  })

  it('continues after an interruption with the rest', async () => {
    const { deps, published } = start()
    const [ann, eve] = [randomUUID(), randomUUID()]
    await append(opened.store, userCreated(ann, `ext ${ann}`, 'Ann'), userCreated(eve, `ext ${eve}`, 'Eve'))
    for (let count = 0; count < 3; count += 1) await fillRoom(opened.store, [eve, ann], 10)
    let left = 2
    let turn = Promise.resolve()
    const failing = {
      publish: (records: readonly NewRecord[]) => {
        turn = turn.then(() => {
          if (left === 0) throw new Error('interrupted')
          left -= 1
          return deps.commandLog.publish(records)
        })
        return turn
      },
    }
    await expect(eraseUser({ ...deps, commandLog: failing }, { id: eve, isErased: false })).rejects.toThrow('interrupted')
    expect(published).toHaveLength(2)
    const rest = await eraseUser(deps, { id: eve, isErased: false })
    expect(rest).toEqual({ rooms: 1, memberships: 1, messages: 10, profile: true })
    expect(new Set(published.map(({ headers }) => headers.command)).size).toBe(published.length)
  })

  it('cannot be prevented by a client that uses the ids of its commands for its own', async () => {
    const { deps, published } = start()
    const [ann, eve] = [randomUUID(), randomUUID()]
    await append(opened.store, userCreated(ann, `ext ${ann}`, 'Ann'), userCreated(eve, `ext ${eve}`, 'Eve'))
    const room = await fillRoom(opened.store, [eve, ann], 3)
    const range = await deps.reads.nextRange(room, eve)
    if (range === undefined) throw new Error('nothing to erase')
    const { from, before } = range
    const derived = [eraseCommand(room, { user: eve, from, before }, now()), eraseUserCommand(eve, now())].map(({ id }) => id)
    await eraseUser(deps, { id: eve, isErased: false })
    const ids = published.map(({ headers }) => headers.command)
    expect(ids.filter((id) => derived.includes(String(id)))).toEqual([])
  })

  it('accepts that a command of an earlier run, which was decided late, has erased the profile', async () => {
    const { deps } = start()
    const eve = randomUUID()
    await append(opened.store, userCreated(eve, `ext ${eve}`, 'Eve'))
    const late = {
      publish: async (records: readonly NewRecord[]) => {
        await deps.commandLog.publish([recordOf(eraseUserCommand(eve, now()))])
        await deps.commandLog.publish(records)
      },
    }
    const counts = await eraseUser({ ...deps, commandLog: late }, { id: eve, isErased: false })
    expect(counts).toEqual({ rooms: 0, memberships: 0, messages: 0, profile: true })
  })
})

describe('The expiry of messages', () => {
  const age = (room: string, days: number) =>
    rowsOf(
      `update message set created_at = now() - make_interval(days => $2::int) where chat_id = $1 and seq <= 1300`,
      room,
      days,
    )

  it('erases messages older than the shorter one of the common retention and the rule of the room, once', async () => {
    const { deps, published } = start()
    const users = [randomUUID(), randomUUID()]
    const [common, ruled, young] = [
      await fillRoom(opened.store, users, 1_500),
      await fillRoom(opened.store, users, 5),
      await fillRoom(opened.store, users, 5),
    ] as const
    await rowsOf('update message set created_at = now()')
    await age(common, 31)
    for (const room of [ruled, young]) await age(room, 10)
    await rowsOf(`update chat set rules = '{"retention_days":7}' where id = $1`, ruled)
    const counts = await expireMessages(deps, 30)
    expect(counts).toEqual({ rooms: 2, messages: 1_299 + 5, failed: 0 })
    expect(published.filter(({ key }) => key === common)).toHaveLength(2)
    const left = (room: string) => rowsOf('select seq from message where chat_id = $1 and deleted_seq is null', room)
    expect([await left(ruled), (await left(young)).length, (await left(common)).length]).toEqual([[], 5, 201])
    expect(await expireMessages(deps, 30)).toEqual({ rooms: 0, messages: 0, failed: 0 })
    expect(await expireMessages(deps, undefined)).toEqual({ rooms: 0, messages: 0, failed: 0 })
  })

  it('leaves out a room whose command has no effect, erases the rooms before and after it, and counts it', async () => {
    const { deps } = start()
    const users = [randomUUID(), randomUUID()]
    await rowsOf('update message set created_at = now()')
    const rooms: string[] = []
    for (let count = 0; count < 3; count += 1) rooms.push(await fillRoom(opened.store, users, 5))
    for (const room of rooms) await age(room, 31)
    const [, bad = ''] = rooms.toSorted()
    const counts = await expireMessages({ ...deps, commandLog: losing(deps.commandLog, bad) }, 30)
    expect(counts).toEqual({ rooms: 2, messages: 10, failed: 1 })
    expect(deps.log.lines.join()).toContain(bad)
    expect(await expireMessages(deps, 30)).toEqual({ rooms: 1, messages: 5, failed: 0 })
  })

  it('ends when no writer acknowledges its commands', async () => {
    const { deps } = start()
    await age(await fillRoom(opened.store, [randomUUID(), randomUUID()], 5), 31)
    const publish = async (): Promise<void> => {}
    const drained = (signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    const clock = { ...fastClock, after: (ms: number, call: () => void) => fastClock.after(ms / 50, call) }
    await expect(expireMessages({ ...deps, commandLog: { publish }, drained, clock }, 30)).rejects.toThrow(
      'no writer has decided',
    )
  })
})
