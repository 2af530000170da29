import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { installMs, isInstalled } from '../../../infra/native/go-program.ts'
import type { S3Server } from '../../../infra/native/s3.ts'
import { s3Program, startS3 } from '../../../infra/native/s3.ts'
import { s3BlobStore } from '../../../infra/s3/s3-blob-store.ts'
import { blobStoreSuite } from './suite.ts'

const missing = 'needs Go 1.26 or newer to install an S3-compatible server'

/** Without Go these tests are skipped, but fail under CI. */
describe('On a real S3-compatible server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chat-s3-'))
  let server: S3Server | undefined
  beforeAll(async () => {
    if (await isInstalled(s3Program)) server = await startS3(folder)
    else if (process.env.CI) throw new Error(missing)
  }, installMs)
  beforeEach(({ skip }) => skip(server === undefined, missing))
  afterAll(async () => {
    await server?.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  let opened = 0
  blobStoreSuite('S3', async () => {
    if (server === undefined) throw new Error(missing)
    opened += 1
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = server
    const store = await s3BlobStore(
      { endpoint, region, bucket, pathStyle: true, accessKeyId, secretAccessKey },
      `test-${opened}/`,
    )
    return { store, base: '', [Symbol.asyncDispose]: store.close }
  })
})
