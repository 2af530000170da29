import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeAuthority } from '../../security/secured/services/authority.ts'
import { blockWith, commandWith } from '../support/readme-commands.ts'
import { chatNamespace, services } from './chat-namespace.ts'
import type { LiveObject } from './kubectl.ts'
import { getAll, getOne, kubectl } from './kubectl.ts'
import { loadImages } from './load-images.ts'
import { assertOwnCluster } from './own-cluster.ts'
import { tryWay } from './probe-pod.ts'
import { provideCrds } from './stand-ins/crds.ts'
import { playOperators } from './stand-ins/operators.ts'
import { copyProduction, editProduction } from './stand-ins/small-production.ts'

/**
 * Runs the commands of k8s/README.md for production as they are written. The operators are
 * stand-ins: their CustomResourceDefinitions are real, and the test does their work.
 */

const chat = chatNamespace('chat')
const data = chatNamespace('chat-data')
const owned = new AsyncDisposableStack()
const folder = mkdtempSync(join(tmpdir(), 'chat-production-'))

const shell = async (script: string): Promise<string> => {
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' }
  return (await promisify(execFile)('sh', ['-ec', script], { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 })).stdout
}

const settled = async (): Promise<void> => {
  for (const part of services) await chat.settled(`deployment/${part}`)
}

/** Does the work of KEDA, which scales by the annotation and the lag. */
const scaleTo = async (part: 'gateway' | 'writer', count: number): Promise<void> => {
  await chat.kubectl('scale', 'deployment', part, `--replicas=${count}`)
  await chat.hasPods(part, count)
}

const auditReport = (): Promise<string> =>
  chat.kubectl('exec', 'deployment/audit', '--', '/usr/local/bin/node', '/app/infra/docker/entry.ts', 'admin', 'audit')

const caCertificates = async (): Promise<number> => {
  const { data: values } = (await getOne('secret', 'chat-ca', '-n', 'chat')) as { data?: Readonly<Record<string, string>> }
  return (
    Buffer.from(values?.['ca.crt'] ?? '', 'base64')
      .toString()
      .split('BEGIN CERTIFICATE').length - 1
  )
}

const configMaps = async (): Promise<readonly string[]> =>
  (await getAll('configmaps', '-n', 'chat'))
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith('chat-config-'))

const settingsOf = ({ spec }: LiveObject): string => spec?.template?.spec.containers[0]?.envFrom?.[0]?.configMapRef.name ?? ''

beforeAll(async () => {
  await assertOwnCluster()
  owned.defer(async () => rmSync(folder, { recursive: true }))
  for (const { remove } of [chat, data]) await remove()
  await loadImages()
  owned.defer(await provideCrds())
  for (const { remove } of [chat, data]) owned.defer(remove)
  owned.defer(async () => void (await kubectl(['delete', 'priorityclass', '-l', 'app.kubernetes.io/part-of=chat'])))
  copyProduction(folder)
  const { cert, key } = await (await makeAuthority(folder)).issue('public', ['DNS:chat.example.com'])
  copyFileSync(cert, join(folder, 'chat.crt'))
  copyFileSync(key, join(folder, 'chat.key'))
})
afterAll(() => owned.disposeAsync())

it('the commands for production deploy servers and services, over TLS with logins, and an audit finds no fault', async () => {
  const [output] = await Promise.all([shell(blockWith('secrets.sh data')), playOperators(folder)])
  for (const part of services) expect(output).toContain(`deployment "${part}" successfully rolled out`)
  expect(await auditReport()).toContain('Nothing is missing, doubled or late.')
})

it('the commands for production may be repeated, and then change no Secret', async () => {
  const secrets = async (): Promise<readonly unknown[]> =>
    (await Promise.all([chat, data].map(({ namespace }) => getAll('secrets', '-n', namespace)))).flat().map((one) => ({
      ...one,
      metadata: one.metadata.name,
    }))
  const before = await secrets()
  await shell(blockWith('secrets.sh data'))
  expect(await secrets()).toEqual(before)
})

it('only the proxies of the Gateway reach the gateways, and only the services reach the servers', async () => {
  await kubectl(['create', 'namespace', 'gateway-system'])
  owned.defer(async () => void (await kubectl(['delete', 'namespace', 'gateway-system', '--wait=false'])))
  const [pod] = await chat.pods('gateway')
  const host = String(pod?.status?.podIP)
  const labels = { app: 'proxy' }
  expect(await tryWay({ namespace: 'gateway-system', labels, host, port: 8080 })).toBe('open')
  expect(await tryWay({ namespace: 'default', labels, host, port: 8080 })).toBe('closed')
  expect(await tryWay({ namespace: 'default', labels, host: 'redis.chat-data.svc.cluster.local', port: 6379 })).toBe('closed')
})

it('the commands for the passwords of Redis replace them, and only the new ones are valid afterwards', async () => {
  const passwords = async (): Promise<readonly string[]> => {
    const { data: values } = (await getOne('secret', 'chat-redis-users', '-n', 'chat-data')) as {
      data?: Readonly<Record<string, string>>
    }
    return ['gateway', 'writer'].map((name) => Buffer.from(values?.[name] ?? '', 'base64').toString())
  }
  const login = (user: string, password: string): Promise<string> => {
    const ask = ['redis-cli', '--tls', '--insecure', '--no-auth-warning', '--user', `chat-${user}`, '--pass', password, 'ping']
    return data.kubectl('exec', 'redis-0', '--', ...ask)
  }
  const [old = ''] = await passwords()
  expect(await login('gateway', old)).toContain('PONG')
  await shell(blockWith('secrets.sh redis-add'))
  const [gateway = '', writer = ''] = await passwords()
  expect(await login('gateway', gateway)).toContain('PONG')
  expect(await login('writer', writer)).toContain('PONG')
  expect(await login('gateway', old).catch(String)).toMatch(/WRONGPASS|NOAUTH/)
  expect(await auditReport()).toContain('Nothing is missing, doubled or late.')
})

it('the commands for the next CA add it to the present ones, and remove it later', async () => {
  const present = await caCertificates()
  const next = await makeAuthority(folder, 'next')
  writeFileSync(join(folder, 'next-ca.crt'), readFileSync(next.ca))
  const [add = '', put = '', clean = ''] = blockWith('next-ca.crt').split('\n')
  await shell(`${add}\n${put}`)
  expect(await caCertificates()).toBe(present + 1)
  await shell(clean)
  expect(await caCertificates()).toBe(present)
})

it('a patched ScaledObject is reset by the documented apply', async () => {
  const least = async (): Promise<unknown> => (await getOne('scaledobject', 'gateway', '-n', 'chat')).spec?.minReplicaCount
  const before = await least()
  await shell(commandWith('patch scaledobject'))
  expect(await least()).toBe(4)
  await shell(commandWith('force-conflicts -k k8s/overlays/prod/services'))
  expect(await least()).toBe(before)
})

it('an undo of all services restores the settings before a change, and unused ConfigMaps are deleted', async () => {
  const settings = async (): Promise<string[]> =>
    Promise.all(services.map(async (part) => settingsOf(await getOne('deployment', part, '-n', 'chat'))))
  const before = await settings()
  editProduction(folder, 'services/chat.env', 'AUTH=jwt', 'LOG_LEVEL=debug\nAUTH=jwt')
  await shell(commandWith('force-conflicts -k k8s/overlays/prod/services'))
  await settled()
  expect(await settings()).not.toEqual(before)
  await shell(commandWith('rollout undo deployment'))
  await settled()
  expect(await settings()).toEqual(before)
  const used = await configMaps()
  await chat.kubectl('create', 'configmap', 'chat-config-unused1')
  await shell(blockWith('used=$('))
  expect(await configMaps()).toEqual(used)
})

it('the steps after a restored backup stop the services, begin a new epoch, and start them', async () => {
  await shell(commandWith('annotate scaledobject gateway writer'))
  await shell(commandWith('-n chat scale deployment audit --replicas=0'))
  for (const part of ['gateway', 'writer'] as const) await scaleTo(part, 0)
  await chat.hasPods('audit', 0)
  for (const step of ['migrate', 'restore', 'rebuild']) await shell(commandWith(`k8s/admin.sh chat ${step}`))
  await shell(commandWith('annotate scaledobject writer autoscaling.keda.sh/paused-replicas-'))
  await scaleTo('writer', 1)
  await chat.settled('deployment/writer')
  await scaleTo('gateway', 1)
  await shell(commandWith('-n chat scale deployment audit --replicas=1'))
  await settled()
  expect(await auditReport()).toContain('Nothing is missing, doubled or late.')
})

it('the commands of a recovery to a point in time replace the Cluster by one that begins from the archive', async () => {
  await shell(commandWith('force-conflicts -k k8s/overlays/prod/restore'))
  const { spec } = (await getOne('cluster', 'chat', '-n', 'chat-data')) as unknown as {
    readonly spec: { readonly bootstrap: object; readonly plugins: readonly { readonly parameters: object }[] }
  }
  expect(spec.bootstrap).toMatchObject({ recovery: { source: 'backups', recoveryTarget: { targetTime: expect.any(String) } } })
  expect(spec.plugins[0]?.parameters).toMatchObject({ serverName: 'chat-2' })
})
