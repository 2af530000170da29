import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { isInstalled } from '../../infra/native/go-program.ts'
import { s3Program, startS3 } from '../../infra/native/s3.ts'
import type { Replica } from '../support/stack/replica.ts'
import { startService } from '../support/stack/replica.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import type { Environment } from '../support/stack/server.ts'
import { sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { startAdmin } from '../unit/admin/moving/run-admin.ts'

/** A distributed chat with every part that may keep content. */
export interface FullChat extends AsyncDisposable {
  readonly chat: Chat
  /** False: the machine cannot install an S3-compatible server. */
  readonly hasFiles: boolean
  /** The log lines of the relays. */
  relayLogs(): string
  /** The names and contents of everything in the blob store. */
  blobs(): string
  /** Runs a subcommand of `admin` with the variables of the bucket. */
  admin(...args: readonly string[]): Promise<string>
}

/** The names and contents of all files below a folder. */
export const folderText = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const path = join(folder, name)
      return statSync(path).isFile() ? `${name}\n${readFileSync(path, 'latin1')}` : name
    })
    .join('\n')

/** Answers every webhook and every check with a final error that repeats the request. */
const startEcho = async (owned: AsyncDisposableStack): Promise<string> => {
  const server = createServer((request, response) => {
    void text(request).then((body) => response.writeHead(400, body.slice(0, 50).replaceAll(/[^a-z0-9 ]/g, '')).end(body))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  owned.defer(async () => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const startBucket = async (owned: AsyncDisposableStack) => {
  if (!(await isInstalled(s3Program))) {
    if (process.env.CI) throw new Error('needs Go 1.26 or newer to install an S3-compatible server')
    return undefined
  }
  const folder = makeScratchFolder('s3')
  owned.defer(async () => removeScratchFolder(folder))
  const server = owned.use(await startS3(folder))
  const env: Environment = {
    S3_ENDPOINT: server.endpoint,
    S3_BUCKET: server.bucket,
    S3_ACCESS_KEY_ID: server.accessKeyId,
    S3_SECRET_ACCESS_KEY: server.secretAccessKey,
    FILE_SECRET: 'a secret of at least 32 bytes for files',
    DELETED_KEEP_DAYS: '0',
  }
  return { folder, env }
}

/** One for each sink. */
const startRelays = async (owned: AsyncDisposableStack, chat: Chat, hooks: Environment): Promise<readonly Replica[]> => {
  const entry = 'services/relay/main.ts'
  const start = (sink: string): Promise<Replica> =>
    startService(`relay-${sink}`, { entry, env: { ...chat.environment('relay'), ...hooks, RELAY_SINK: sink } })
  const relays = await Promise.all(['search', 'webhook', 'push'].map(start))
  for (const relay of relays) owned.use(relay)
  return relays
}

/** Starts it at the highest feature level. The endpoints of its webhook and of its check refuse everything and repeat what they got. */
export const startFullChat = async (): Promise<FullChat> => {
  const owned = new AsyncDisposableStack()
  const url = await startEcho(owned)
  const bucket = await startBucket(owned)
  const hooks = {
    WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8',
  }
  const env = { ...hooks, ...bucket?.env, SEARCH: 'on', PRE_SEND_URL: url }
  const chat = owned.use(await startChat(sharedStack(), { gateways: 0, writers: 1, env }))
  await chat.admin('level', '--raise')
  await chat.addGateway()
  const relays = await startRelays(owned, chat, { ...hooks, WEBHOOK_URL: url, PUSH_URL: url })
  return {
    chat,
    hasFiles: bucket !== undefined,
    relayLogs: () => relays.flatMap((relay) => relay.log(1_000)).join('\n'),
    blobs: () =>
      bucket === undefined ? '' : ['objects', 'metadata'].map((name) => folderText(join(bucket.folder, name))).join('\n'),
    admin: async (...args) => {
      // As a process on this machine: a container does not reach a store on its loopback.
      const { code, stdout, stderr } = await startAdmin(args, { ...chat.environment('admin'), ...bucket?.env }).ended
      if (code !== 0) throw new Error(`admin ${args[0]} failed: ${stderr}`)
      return stdout
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
