import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diskBlobStore } from '../../../infra/disk/disk-blob-store.ts'
import type { DiskFileServerOptions } from '../../../infra/disk/disk-file-server.ts'
import { diskFileServer } from '../../../infra/disk/disk-file-server.ts'
import type { DiskFiles } from '../../../infra/disk/disk-files.ts'
import { createDiskFiles } from '../../../infra/disk/disk-files.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import { recordingLog } from '../../support/recording-log.ts'
import type { OpenBlobStore } from './suite.ts'

export interface OpenDiskBlobStore extends OpenBlobStore {
  readonly folder: string
  readonly files: DiskFiles
}

/** Opens a blob store in a new folder, with a server for its addresses. */
export const openDiskBlobStore = async (options: Partial<DiskFileServerOptions> = {}): Promise<OpenDiskBlobStore> => {
  const folder = mkdtempSync(join(tmpdir(), 'chat-files-'))
  const files = createDiskFiles(folder)
  const shared = { files, secrets: ['s'.repeat(32)], clock: systemClock, ...options }
  const answer = diskFileServer({ ...shared, isNamed: async () => true, log: recordingLog(), maxTransfers: 10, ...options })
  const server = createServer((request, response) => void answer(request, response, 'https://page.example')).listen(
    0,
    '127.0.0.1',
  )
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    store: diskBlobStore(shared),
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    folder,
    files,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
