import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { freePort } from '../../infra/native/free-port.ts'
import { installMs, isInstalled } from '../../infra/native/go-program.ts'
import { s3Program, startS3 } from '../../infra/native/s3.ts'
import { buildPage } from '../../services/web/build.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import type { Environment } from '../support/stack/server.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import type { WindowsWithFiles } from './files-page.suite.ts'
import { filesPageSuite } from './files-page.suite.ts'
import { openWindow } from './window.ts'

const missing = await noBrowserReason()
const noBucket = 'needs Go 1.26 or newer to install an S3-compatible server'

/** Starts a chat and a browser, and opens the windows. */
const openWindows = async (owned: AsyncDisposableStack, env: Environment, fileAddresses: string): Promise<WindowsWithFiles> => {
  await buildPage(() => undefined)
  const server = owned.use(await startEmbedded({ ...env, WEB_PAGE: 'on' }))
  const browser: Browser = await openBrowser()
  owned.defer(() => browser.close())
  const bob = await openWindow(browser, server.url, { id: 'bob', name: 'Bob Martin' })
  const ann = await openWindow(browser, server.url, { id: 'ann', name: 'Ann Lindqvist' })
  await ann.startChat('bob', 'Menus')
  await bob.open('Menus')
  return { ann, bob, fileAddresses }
}

/** A bucket that accepts uploads of pages of this origin only. */
const startBucket = async (owned: AsyncDisposableStack, pageOrigin: string): Promise<Environment> => {
  const folder = makeScratchFolder('s3')
  owned.defer(async () => removeScratchFolder(folder))
  const server = owned.use(await startS3(folder, { pageOrigin }))
  return {
    S3_ENDPOINT: server.endpoint,
    S3_BUCKET: server.bucket,
    S3_ACCESS_KEY_ID: server.accessKeyId,
    S3_SECRET_ACCESS_KEY: server.secretAccessKey,
    FILE_SECRET: 'a secret of at least 32 bytes for files',
  }
}

describe.skipIf(missing)('The files of messages on the chat page', { timeout: 120_000 }, () => {
  const owned = new AsyncDisposableStack()
  let windows: WindowsWithFiles
  beforeAll(async () => {
    windows = await openWindows(owned, {}, '**/files/**')
  }, 240_000)
  afterAll(() => owned.disposeAsync())
  filesPageSuite(() => windows)
})

describe.skipIf(missing)('The files of messages in a bucket of another origin, on the chat page', { timeout: 120_000 }, () => {
  const owned = new AsyncDisposableStack()
  let windows: WindowsWithFiles | undefined
  beforeAll(async () => {
    if (await isInstalled(s3Program)) {
      const port = await freePort()
      const env = await startBucket(owned, `http://127.0.0.1:${port}`)
      windows = await openWindows(owned, { ...env, PORT: String(port) }, `${env.S3_ENDPOINT}/**`)
    } else if (process.env.CI) throw new Error(noBucket)
  }, installMs)
  beforeEach(({ skip }) => skip(windows === undefined, noBucket))
  afterAll(() => owned.disposeAsync())
  filesPageSuite(() => {
    if (windows === undefined) throw new Error(noBucket)
    return windows
  })
})
