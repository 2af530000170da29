import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../../infra/postgres/database.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import {
  append,
  appendWritten,
  at,
  fillRoom,
  messagePosted,
  reading,
  userCreated,
  withAppender,
  written,
} from '../stored-chat.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'

const withDatabase = async (work: (database: Database) => Promise<void>): Promise<void> => {
  const database = await openMigrated(await freshDatabase())
  try {
    await work(database)
  } finally {
    await database.close()
  }
}

describe.skipIf(noStackReason())('an error of PostgreSQL', () => {
  it('is of fault `record` when a text contains U+0000, and the other records can be stored without it', () =>
    withDatabase(async ({ eventStore }) => {
      const ann = randomUUID()
      const room = await fillRoom(eventStore, [ann], 0)
      const [good, bad] = [written(messagePosted(room, 2, ann)), written(messagePosted(room, 3, ann), '{"msg":"\0"}')]
      await expect(appendWritten(eventStore, good, bad)).rejects.toMatchObject({ fault: 'record' })
      await appendWritten(eventStore, good)
      await expect(eventStore.outcomes([{ room, id: bad.event.commandId, digest: bad.event.digest }])).resolves.toEqual([
        undefined,
      ])
    }))

  it('is of fault `record` when an id is no UUID or a value is out of range', () =>
    withDatabase(async ({ eventStore }) => {
      const ann = randomUUID()
      const room = await fillRoom(eventStore, [ann], 0)
      const load = withAppender(eventStore, (appender) => appender.read(reading({ rooms: ['not-a-uuid'] })))
      await expect(load).rejects.toMatchObject({ fault: 'record' })
      await expect(append(eventStore, messagePosted(room, 2, ann, { at: '2025-99-99T00:00:00.000Z' }))).rejects.toMatchObject({
        fault: 'record',
      })
      await expect(append(eventStore, messagePosted(room, 2 ** 70, ann, { at: at(1) }))).rejects.toMatchObject({
        fault: 'record',
      })
    }))

  it('is of fault `record` when an index cannot hold the value', () =>
    withDatabase(async ({ eventStore }) => {
      const random = Array.from({ length: 400 }, () => randomUUID()).join('')
      await expect(append(eventStore, userCreated(randomUUID(), random))).rejects.toMatchObject({ fault: 'record' })
    }))

  it('is of fault `unavailable` when a table or the database is missing', async () => {
    const unmigrated = await openMigrated(await sharedStack().createDatabase())
    const nowhere = await openMigrated((await sharedStack().createDatabase()).concat('_not'))
    for (const { eventStore, readModel } of [unmigrated, nowhere]) {
      await expect(append(eventStore, userCreated(randomUUID(), 'ann'))).rejects.toMatchObject({ fault: 'unavailable' })
      await expect(readModel.heads([randomUUID()])).rejects.toMatchObject({ name: 'StoreError', fault: 'unavailable' })
    }
    await Promise.all([unmigrated.close(), nowhere.close()])
  })

  it('contains no content', () =>
    withDatabase(async ({ eventStore }) => {
      const secret = `secret ${randomUUID()}`
      const event = written(userCreated(randomUUID(), 'x', secret), `{"secret":"${secret}\0"}`)
      const error: unknown = await appendWritten(eventStore, event).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ fault: 'record', message: expect.stringContaining('SQLSTATE 22') })
      const texts = [error, error instanceof Error ? error.cause : undefined].map(
        (each) => `${String(each)} ${JSON.stringify(each)}`,
      )
      expect(texts.join(' ')).not.toContain(secret)
    }))
})
