import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { installMs, isInstalled } from '../../../infra/native/go-program.ts'
import { s3Program, startS3 } from '../../../infra/native/s3.ts'
import type { WebhookEndpoint } from '../../support/webhook-endpoint.ts'
import { startWebhookEndpoint } from '../../support/webhook-endpoint.ts'
import { needsHelm } from '../support/helm.ts'
import { chatNamespace } from './chat-namespace.ts'
import { originOf } from './deployed-chat.ts'
import type { Integrations } from './integrations.suite.ts'
import { deniedWord, integrations } from './integrations.suite.ts'
import { applyManifests, installChart } from './integrations-install.ts'
import { kubectl } from './kubectl.ts'
import { loadImages } from './load-images.ts'
import { assertOwnCluster } from './own-cluster.ts'
import { reachedByPods } from './reached-by-pods.ts'
import { provideVolumes } from './volumes.ts'

/**
 * A chat whose relays, checks before sending and files use servers of this machine, outside the cluster:
 * installed by the chart, and by the manifests.
 */

const chat = chatNamespace('chat-dev')
const login = { 'access-key-id': 'native', 'secret-access-key': 'native-secret' }
const secrets = {
  'chat-webhooks': { 'webhook-secrets': `whsec_${Buffer.alloc(32, 7).toString('base64')}` },
  'chat-files': { ...login, 'file-secret': 'a secret of at least 32 bytes for files' },
  'chat-files-sweep': login,
}
const owned = new AsyncDisposableStack()
let outside: Integrations | undefined
let endpoint: WebhookEndpoint | undefined
let url = ''

const ways = { 'the chart': installChart, 'the manifests': applyManifests } as const

const settle = async (): Promise<void> => {
  for (const part of ['kafka', 'postgres', 'redis']) await chat.settled(`statefulset/${part}`)
  for (const part of ['writer', 'gateway', 'relay-webhook', 'relay-search', 'relay-push'])
    await chat.settled(`deployment/${part}`)
}

needsHelm()

beforeAll(async () => {
  await assertOwnCluster()
  if (!(await isInstalled(s3Program))) throw new Error('needs Go 1.26 or newer to install an S3-compatible server')
  await loadImages()
  const folder = mkdtempSync(join(tmpdir(), 'chat-integrations-'))
  owned.defer(async () => rmSync(folder, { recursive: true }))
  const s3 = owned.use(await startS3(folder))
  endpoint = owned.use(await startWebhookEndpoint())
  const checks = owned.use(
    await startWebhookEndpoint(({ text }) => {
      const action = text.includes(deniedWord) ? 'deny' : 'allow'
      return { status: 200, body: JSON.stringify({ action, reason: 'a rule of the platform' }) }
    }),
  )
  const [webhook, check, store] = [endpoint.port, checks.port, Number(new URL(s3.endpoint).port)]
  outside = {
    webhook: owned.use(await reachedByPods(webhook)),
    // The same server at another port.
    push: owned.use(await reachedByPods(webhook)),
    check: owned.use(await reachedByPods(check)),
    store: owned.use(await reachedByPods(store)),
  }
}, installMs)
afterAll(() => owned.disposeAsync())

describe.each(Object.entries(ways))('with all relays, checks before sending and files, installed by %s', (_name, install) => {
  const installed = new AsyncDisposableStack()

  beforeAll(async () => {
    if (outside === undefined) throw new Error('the servers outside the cluster do not run')
    await chat.remove()
    installed.defer(await provideVolumes())
    installed.defer(chat.remove)
    await kubectl(['create', 'namespace', chat.namespace])
    for (const [name, stringData] of Object.entries(secrets)) {
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: chat.namespace }, stringData }
      await kubectl(['apply', '-f', '-'], JSON.stringify(secret))
    }
    await install(chat.namespace, outside)
    // The port of the node, and with it the address of the clients, exists only after the installation.
    url = await chat.socketUrl()
    await install(chat.namespace, outside, originOf(url))
    await settle()
  })
  afterAll(() => installed.disposeAsync())

  integrations(() => {
    if (outside === undefined || endpoint === undefined) throw new Error('there is no chat')
    return { ...outside, chat, url, received: endpoint.received }
  })
})
