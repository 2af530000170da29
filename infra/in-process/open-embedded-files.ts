import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BlobStore } from '../../shared/ports/blob-store.ts'
import type { SharedConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { diskBlobStore } from '../disk/disk-blob-store.ts'
import type { DiskFileServer } from '../disk/disk-file-server.ts'
import { diskFileServer } from '../disk/disk-file-server.ts'
import { createDiskFiles } from '../disk/disk-files.ts'
import type { Database } from '../postgres/database.ts'
import { openS3BlobStore } from '../s3/open-s3-blob-store.ts'
import { startPeriodicDeletion } from './periodic-deletion.ts'

/** The files of the embedded mode. */
export interface EmbeddedFiles {
  readonly blobStore: BlobStore
  readonly secrets: readonly [string, ...string[]]
  /** Answers uploads and downloads; undefined: another store does. */
  readonly server: DiskFileServer | undefined
}

/** The parts of the configuration that the files need. */
export type EmbeddedFilesConfig = Pick<SharedConfig, 'dataDir' | 'files' | 'namespace' | 'bounds'>

/** Deleted files disappear within this time. It costs one small statement. */
const removeEveryMs = 5_000
const msPerHour = 3_600_000

/** The secret of this folder, made at the first start, so that addresses and signatures survive a restart. */
const secretIn = (folder: string): string => {
  const path = join(folder, 'secret')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!existsSync(path)) writeFileSync(path, randomBytes(32).toString('base64url'), { mode: 0o600 })
  return readFileSync(path, 'utf8')
}

const onDisk = (
  folder: string,
  secrets: EmbeddedFiles['secrets'],
  maxTransfers: number,
  isNamed: Database['isFileNamed'],
  log: ServiceProcess['log'],
): EmbeddedFiles => {
  const files = createDiskFiles(join(folder, 'content'))
  const shared = { files, secrets, clock: systemClock }
  return { blobStore: diskBlobStore(shared), secrets, server: diskFileServer({ ...shared, isNamed, log, maxTransfers }) }
}

/** Opens the blob store, in the folder of the embedded mode unless a bucket is configured, and removes unused files from it. */
export const openEmbeddedFiles = async (
  { dataDir, files, namespace, bounds }: EmbeddedFilesConfig,
  database: Pick<Database, 'removeReleasedFiles' | 'removeUnusedFiles' | 'isFileNamed'>,
  { log, life }: Pick<ServiceProcess, 'log' | 'life'>,
): Promise<EmbeddedFiles> => {
  const folder = join(dataDir, 'files')
  const [first = secretIn(folder), ...others] = files.secrets
  const secrets = [first, ...others] as const
  const opened: EmbeddedFiles =
    files.s3 === undefined
      ? onDisk(folder, secrets, bounds.callsPerGateway, database.isFileNamed, log)
      : { blobStore: await openS3BlobStore(files.s3, namespace), secrets, server: undefined }
  const { blobStore } = opened
  const released = startPeriodicDeletion({
    slices: { 'files of deleted messages': (rows) => database.removeReleasedFiles(blobStore, rows) },
    everyMs: removeEveryMs,
    clock: systemClock,
    log,
  })
  const unused = startPeriodicDeletion({
    slices: {
      'unused uploads': () => database.removeUnusedFiles(blobStore, systemClock.nowMs() - files.unusedHours * msPerHour),
    },
    clock: systemClock,
    log,
  })
  life.add('blob store', blobStore.close)
  life.add('removal of files', async () => void (await Promise.all([released.stop(), unused.stop()])))
  return opened
}
