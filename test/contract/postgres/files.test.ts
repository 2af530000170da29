import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { makeRoles } from '../../../infra/postgres/admin/roles.ts'
import { sweepFiles } from '../../../infra/postgres/admin/sweep-files.ts'
import type { Database } from '../../../infra/postgres/database.ts'
import { listAttachmentsStatement, readRightsStatement } from '../../../infra/postgres/read-model/attachments.ts'
import type { BlobKey, StoredBlob } from '../../../shared/ports/blob-store.ts'
import { BlobStoreError } from '../../../shared/ports/blob-store.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { allowLogins, asService } from '../../support/stack/service-logins.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'
import { madeFile } from '../made-file.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import { fillBigRoom } from './big-room.ts'
import { explain } from './explain.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { dump, withSession } from './session.ts'

/** A blob store that lists these keys, two a page, and records the removed ones. */
const recordedBlobs = (stored: readonly StoredBlob[] = []) => {
  const removed: string[] = []
  return {
    removed,
    remove: async (keys: readonly BlobKey[]) => void removed.push(...keys.map(({ file }) => file)),
    list: async (next = '0') => {
      const [from, to] = [Number(next), Number(next) + 2]
      return { blobs: stored.slice(from, to), ...(to < stored.length ? { next: String(to) } : {}) }
    },
  }
}

const withRoom = async (
  work: (chat: Awaited<ReturnType<typeof roomWithChanges>>, database: Database, url: string) => Promise<void>,
) => {
  const url = await freshDatabase()
  const database = await openMigrated(url)
  try {
    await work(await roomWithChanges(database.eventStore), database, url)
  } finally {
    await database.close()
  }
}

describe.skipIf(noStackReason())('The files of messages on PostgreSQL', () => {
  it('are queued for removal with the deletion of their message, also those of its earlier versions', () =>
    withRoom(async ({ ann, bob, post, edit, remove, act }, database) => {
      const [id, other] = [randomUUID(), randomUUID()]
      const [first, second, kept] = [madeFile(), madeFile(), madeFile()]
      await act(post(ann, 'one', { attachments: [first] }, id), post(bob, 'kept', { attachments: [kept] }, other))
      await act(edit(ann, id, 'two', { attachments: [second] }))
      const blobs = recordedBlobs()
      expect(await database.removeReleasedFiles(blobs, 10)).toBe(0)
      await act(remove(ann, id))
      expect(await database.removeReleasedFiles(blobs, 10)).toBe(2)
      expect(blobs.removed.toSorted()).toEqual([first.id, second.id].toSorted())
      expect(await database.removeReleasedFiles(blobs, 10)).toBe(0)
    }))

  it('are queued if the message is posted and deleted in one transaction', () =>
    withRoom(async ({ ann, post, remove, act }, database) => {
      const [id, file] = [randomUUID(), madeFile()]
      await act(post(ann, 'one', { attachments: [file] }, id), remove(ann, id))
      const blobs = recordedBlobs()
      await database.removeReleasedFiles(blobs, 10)
      expect(blobs.removed).toEqual([file.id])
    }))

  it('are queued when their messages are erased, those of the named user and range only', () =>
    withRoom(async ({ ann, bob, room, post, act, events }, database) => {
      const [gone, kept, later] = [madeFile(), madeFile(), madeFile()]
      await act(post(ann, 'one', { attachments: [gone] }), post(bob, 'two', { attachments: [kept] }))
      const before = (await events()).length + 1
      await act(post(ann, 'three', { attachments: [later] }))
      const id = randomUUID()
      const erase = { v: 1, type: 'Erase', stream: room, id, digest: id, user: ann, at: new Date().toISOString() } as const
      await act({ ...erase, body: { user: ann, from: 1, before } } as Parameters<typeof act>[0])
      const blobs = recordedBlobs()
      expect(await database.removeReleasedFiles(blobs, 10)).toBe(1)
      expect(blobs.removed).toEqual([gone.id])
    }))

  it('stay while another message names them, also one that was posted after the deletion', () =>
    withRoom(async ({ ann, post, remove, act }, database) => {
      const [first, second, file] = [randomUUID(), randomUUID(), madeFile()]
      const blobs = recordedBlobs()
      await act(post(ann, 'one', { attachments: [file] }, first), post(ann, 'two', { attachments: [file] }, second))
      await act(remove(ann, first))
      expect(await database.removeReleasedFiles(blobs, 10)).toBe(0)
      await act(remove(ann, second))
      await act(post(ann, 'three', { attachments: [file] }))
      expect(await database.removeReleasedFiles(blobs, 10)).toBe(1)
      expect(blobs.removed).toEqual([])
    }))

  it('stay in the queue if the last message that names them is deleted while they are looked at', () =>
    withRoom(async ({ ann, post, remove, act }, database) => {
      const [first, second, file] = [randomUUID(), randomUUID(), madeFile()]
      const blobs = recordedBlobs()
      await act(post(ann, 'one', { attachments: [file] }, first), remove(ann, first))
      await act(post(ann, 'two', { attachments: [file] }, second))
      const deletesMeanwhile = { ...blobs, remove: async () => void (await act(remove(ann, second))) }
      await database.removeReleasedFiles(deletesMeanwhile, 10)
      await database.removeReleasedFiles(blobs, 10)
      expect(blobs.removed).toEqual([file.id])
    }))

  it('stay in the queue while the blob store is not reachable', () =>
    withRoom(async ({ ann, post, remove, act }, database) => {
      const [id, file] = [randomUUID(), madeFile()]
      await act(post(ann, 'one', { attachments: [file] }, id), remove(ann, id))
      const remove_ = async (): Promise<void> => {
        throw new BlobStoreError('down')
      }
      await expect(database.removeReleasedFiles({ ...recordedBlobs(), remove: remove_ }, 10)).rejects.toThrow('down')
      const blobs = recordedBlobs()
      await database.removeReleasedFiles(blobs, 10)
      expect(blobs.removed).toEqual([file.id])
    }))

  it('add rows for messages with files only', () =>
    withRoom(async ({ ann, post, edit, act }, _database, url) => {
      const id = randomUUID()
      await act(post(ann, 'plain', {}, id), edit(ann, id, 'still plain'), post(ann, 'file', { attachments: [madeFile()] }))
      const { attachment, released_file } = await dump(url, ['attachment', 'released_file'])
      expect([attachment?.length, released_file?.length]).toEqual([1, 0])
    }))

  it('are swept together with old uploads that no message names, by the role of the sweeper', async ({ skip }) => {
    skip(sharedStack().kind === 'env', 'the roles are needed')
    await withRoom(async ({ ann, room, post, remove, act }, _database, url) => {
      const [id, gone, named] = [randomUUID(), madeFile(), madeFile()]
      await act(post(ann, 'one', { attachments: [gone] }, id), post(ann, 'two', { attachments: [named] }), remove(ann, id))
      await makeRoles(url, recordingLog())
      await allowLogins(url)
      const nowMs = 100 * 3_600_000
      const stored = (file: string, hours: number): StoredBlob => ({ room, file, storedAtMs: nowMs - hours * 3_600_000 })
      const [old, young] = [randomUUID(), randomUUID()]
      const blobs = recordedBlobs([stored(named.id, 50), stored(young, 23), stored(old, 25)])
      const log = recordingLog()
      await sweepFiles(asService(url, 'sweeper'), log, blobs, 24, nowMs)
      expect(blobs.removed).toEqual([gone.id, old])
      expect(log.lines).toEqual(['files of deleted messages and unused uploads removed {"released":1,"unused":1}'])
    })
  })

  it('and the rights of a member are read by keys in a large room', async () => {
    const url = await freshDatabase()
    const [room, reader] = [randomUUID(), randomUUID()]
    const ids = await withSession(url, async (client) => {
      await fillBigRoom(client, room, reader)
      await client.query(`update event set data = '{}' where stream = '${room}'`)
      await client.query('vacuum analyze message, event')
      const { rows } = await client.query<{ id: string }>(`select id from message where seq % 2000 = 0`)
      return rows.map(({ id }) => id)
    })
    expect(ids).toHaveLength(50)
    const files = await explain(url, listAttachmentsStatement, [room, reader, `{${ids.join(',')}}`])
    expect(files.nodes).not.toContain('Seq Scan')
    expect(files.blocks).toBeLessThan(600)
    const rights = await explain(url, readRightsStatement, [room, reader])
    expect(rights.blocks).toBeLessThan(20)
  }, 60_000)
})
