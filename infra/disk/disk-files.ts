import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobKey, BlobPage, NewBlob, StoredBlob } from '../../shared/ports/blob-store.ts'
import { blobKey, blobPath } from '../blobs/blob-path.ts'

/** Contents in a folder, one file each. */
export interface DiskFiles {
  pathOf(key: BlobKey): string
  /**
   * Stores content from a stream, which it may leave before the end. The content appears complete and synced to the disk,
   * or not at all. Returns false if its size or SHA-256 is not the announced one.
   */
  write(blob: NewBlob, content: AsyncIterable<Uint8Array>): Promise<boolean>
  remove(keys: readonly BlobKey[]): Promise<void>
  list(next?: string): Promise<BlobPage>
}

const listedAtOnce = 1_000

/** Content that is being received; discarded at a start. */
const draftFolder = 'drafts'

const receive = async (path: string, { size, sha256 }: NewBlob, content: AsyncIterable<Uint8Array>): Promise<boolean> => {
  const hash = createHash('sha256')
  const file = await open(path, 'wx', 0o600)
  let bytes = 0
  try {
    for await (const chunk of content) {
      bytes += chunk.length
      if (bytes > size) return false
      hash.update(chunk)
      await file.writeFile(chunk)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return bytes === size && hash.digest('hex') === sha256
}

const namesIn = async (folder: string): Promise<readonly string[]> => (await readdir(folder)).sort()

export const createDiskFiles = (folder: string): DiskFiles => {
  const drafts = join(folder, draftFolder)
  rmSync(drafts, { recursive: true, force: true })
  mkdirSync(drafts, { recursive: true, mode: 0o700 })
  const pathOf = (key: BlobKey): string => join(folder, blobPath(key))

  const storedIn = async (room: string, after: string): Promise<readonly StoredBlob[]> => {
    const keys = (await namesIn(join(folder, room))).map((file) => blobKey(`${room}/${file}`)).filter((key) => key !== undefined)
    const later = keys.filter((key) => blobPath(key) > after)
    return Promise.all(later.map(async (key) => ({ ...key, storedAtMs: (await stat(pathOf(key))).mtimeMs })))
  }

  return {
    pathOf,
    write: async (blob, content) => {
      const draft = join(drafts, randomUUID())
      try {
        if (!(await receive(draft, blob, content))) return false
        await mkdir(join(folder, blob.room), { recursive: true, mode: 0o700 })
        await rename(draft, pathOf(blob))
        return true
      } finally {
        await rm(draft, { force: true })
      }
    },
    remove: async (keys) => {
      for (const key of keys) await rm(pathOf(key), { force: true })
    },
    list: async (after = '') => {
      const blobs: StoredBlob[] = []
      const rooms = (await namesIn(folder)).filter((name) => name !== draftFolder && name >= after.slice(0, name.length))
      for (const room of rooms) {
        blobs.push(...(await storedIn(room, after)))
        const last = blobs[listedAtOnce - 1]
        if (last !== undefined) return { blobs: blobs.slice(0, listedAtOnce), next: blobPath(last) }
      }
      return { blobs }
    },
  }
}
