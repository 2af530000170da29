import type { BlobKey, BlobStore } from '../../../shared/ports/blob-store.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { withAdminConnection } from './admin-connection.ts'
import { deleteInSlices } from './in-slices.ts'

/** The parts of the blob store that a sweep uses. */
export type SweptBlobs = Pick<BlobStore, 'remove' | 'list'>

interface FileRow {
  readonly chat_id: string
  readonly file_id: string
  readonly is_named: boolean
}

/** SQL: whether a message names the file. Its author may have posted it again after the message was deleted. */
const isNamed = (file: string): string =>
  `exists (select from attachment where attachment.chat_id = ${file}.chat_id and attachment.file_id = ${file}.file_id)`

const readReleased: Statement = {
  name: 'read-released-files',
  text: `select chat_id, file_id, ${isNamed('released_file')} as is_named from released_file order by chat_id, file_id limit $1::int`,
}

/** A file whose content was kept stays in the queue if its last message was deleted meanwhile, because a deletion adds no second row. */
const forgetReleased: Statement = {
  name: 'forget-released-files',
  text: `delete from released_file using unnest($1::uuid[], $2::uuid[], $3::bool[]) as done (chat_id, file_id, was_named)
    where released_file.chat_id = done.chat_id and released_file.file_id = done.file_id
      and (not was_named or ${isNamed('released_file')})`,
}

const readNamed: Statement = {
  name: 'read-named-files',
  text: `select chat_id, file_id from unnest($1::uuid[], $2::uuid[]) as stored (chat_id, file_id) where ${isNamed('stored')}`,
}

/**
 * Removes the content of up to `most` files of deleted messages from the blob store; resolves with the number of files
 * that have left the queue. The queue forgets a file after its content is gone, so an interrupted call can be repeated.
 * Whatever removes the content of messages calls the database function `release_files` in its transaction, and then this.
 */
export const removeReleasedFiles = async (session: DatabaseSession, blobs: SweptBlobs, most: number): Promise<number> => {
  const rows = await session.run<FileRow>(readReleased, [most])
  if (rows.length === 0) return 0
  await blobs.remove(rows.filter((row) => !row.is_named).map((row) => ({ room: row.chat_id, file: row.file_id })))
  await session.run(forgetReleased, [
    rows.map((row) => row.chat_id),
    rows.map((row) => row.file_id),
    rows.map((row) => row.is_named),
  ])
  return rows.length
}

const unnamedAmong = async (session: DatabaseSession, keys: readonly BlobKey[]): Promise<readonly BlobKey[]> => {
  const columns = [keys.map(({ room }) => room), keys.map(({ file }) => file)]
  const named = new Set((await session.run<FileRow>(readNamed, columns)).map((row) => `${row.chat_id}/${row.file_id}`))
  return keys.filter(({ room, file }) => !named.has(`${room}/${file}`))
}

/** Removes uploads before this time that no message names; resolves with their number. Reads the list of the whole blob store. */
export const removeUnusedFiles = async (session: DatabaseSession, blobs: SweptBlobs, beforeMs: number): Promise<number> => {
  let removed = 0
  let next: string | undefined
  do {
    const page = await blobs.list(next)
    const old = page.blobs.filter(({ storedAtMs }) => storedAtMs < beforeMs)
    const unnamed = old.length === 0 ? [] : await unnamedAmong(session, old)
    await blobs.remove(unnamed)
    removed += unnamed.length
    next = page.next
  } while (next !== undefined)
  return removed
}

const filesPerStep = 500
const msPerHour = 3_600_000

/**
 * Removes the content of the files of deleted messages, and of uploads older than `unusedHours` that no message names.
 *
 * Promises:  may run beside all services, and may be interrupted and repeated. Needs
 *            the rights of the role `<database>_sweeper` only.
 */
export const sweepFiles = (url: string, log: Log, blobs: SweptBlobs, unusedHours: number, nowMs: number): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    const released = await deleteInSlices('released_file', log, () => removeReleasedFiles(pool, blobs, filesPerStep))
    const unused = await removeUnusedFiles(pool, blobs, nowMs - unusedHours * msPerHour)
    log.info({ released, unused }, 'files of deleted messages and unused uploads removed')
  })
