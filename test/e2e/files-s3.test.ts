import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { installMs, isInstalled } from '../../infra/native/go-program.ts'
import { s3Program, startS3 } from '../../infra/native/s3.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import type { Environment } from '../support/stack/server.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { startAdmin } from '../unit/admin/moving/run-admin.ts'
import { fileJourneys } from './files.suite.ts'

const missing = 'needs Go 1.26 or newer to install an S3-compatible server'

describe.skipIf(noStackReason())('Files of two gateways and a bucket', () => {
  const owned = new AsyncDisposableStack()
  let chat: Chat | undefined
  let files: Environment = {}
  const start = async (): Promise<Chat> => {
    const folder = makeScratchFolder('s3')
    owned.defer(async () => removeScratchFolder(folder))
    const server = owned.use(await startS3(folder))
    files = {
      S3_ENDPOINT: server.endpoint,
      S3_BUCKET: server.bucket,
      S3_ACCESS_KEY_ID: server.accessKeyId,
      S3_SECRET_ACCESS_KEY: server.secretAccessKey,
      FILE_SECRET: 'a secret of at least 32 bytes for files',
      DELETED_KEEP_DAYS: '0',
    }
    const started = owned.use(await startChat(sharedStack(), { gateways: 0, writers: 1, env: files }))
    await started.admin('level', '--raise')
    await started.addGateway()
    await started.addGateway()
    return started
  }
  beforeAll(async () => {
    if (await isInstalled(s3Program)) chat = await start()
    else if (process.env.CI) throw new Error(missing)
  }, installMs)
  beforeEach(({ skip }) => skip(chat === undefined, missing))
  afterAll(() => owned.disposeAsync())

  const running = (): Chat => {
    if (chat === undefined) throw new Error(missing)
    return chat
  }
  /** As a process on this machine: a container does not reach a store on its loopback. */
  const sweep = async (): Promise<void> => {
    const { code, stderr } = await startAdmin(['sweep'], { ...running().environment('sweeper'), ...files }).ended
    if (code !== 0) throw new Error(`admin sweep failed: ${stderr}`)
  }
  fileJourneys(() => ({ url: running().gateways[0]?.url ?? '', sweep }))
})
