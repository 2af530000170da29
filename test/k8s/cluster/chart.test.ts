import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../support/poll.ts'
import { projectFolder } from '../../support/stack/replica.ts'
import { needsHelm } from '../support/helm.ts'
import { chatNamespace, services } from './chat-namespace.ts'
import { getAll } from './kubectl.ts'
import { loadImages } from './load-images.ts'
import { assertOwnCluster } from './own-cluster.ts'
import type { Version } from './release.ts'
import { hasPreviousVersion, present, previous, releaseIn } from './release.ts'
import type { UnderLoad } from './under-load.ts'
import { figures, underLoad } from './under-load.ts'
import { provideVolumes } from './volumes.ts'

const chat = chatNamespace('chat-dev')
let url: string | undefined
const release = releaseIn(chat, () => url)
const revisions = { previous: 2, present: 3 }
const owned = new AsyncDisposableStack()

const disturbUnderLoad = async (what: string, disturb: () => Promise<void>): Promise<UnderLoad> => {
  if (url === undefined) throw new Error('there is no address before the installation')
  const run = await underLoad({ url, perSecond: 30, disturb })
  process.stdout.write(`${figures(what, run)}\n`)
  return run
}

/** The images of all pods of the services. */
const images = async (): Promise<readonly string[]> => {
  const pods = (await Promise.all(services.map(chat.pods))).flat()
  return pods.flatMap(({ spec }) => (spec?.containers ?? []) as unknown as { readonly image: string }[]).map(({ image }) => image)
}

/** Resolves when no pod of another version is left. */
const runsOnly = async ({ image }: Version): Promise<void> => {
  for (const part of services) await chat.hasPods(part, part === 'audit' ? 1 : 2)
  expect(new Set(await images())).toEqual(new Set([image]))
}

const admin = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('sh', [join(projectFolder, 'k8s/admin.sh'), chat.namespace, ...args])).stdout

needsHelm()

beforeAll(async () => {
  await assertOwnCluster()
  await chat.remove()
  await loadImages(previous.image)
  owned.defer(await provideVolumes())
  owned.defer(chat.remove)
  await release.upgrade(previous)
  // The port of the node, and with it the address of the clients, exists only after the installation.
  url = await chat.socketUrl()
  await release.upgrade(previous)
  // A pod of the first installation refuses sockets under this address.
  await runsOnly(previous)
})
afterAll(() => owned.disposeAsync())

describe('a release of the chart, under load', () => {
  it('is upgraded from the previous version without lost, duplicated or reordered messages', async () => {
    const { problems, closed } = await disturbUnderLoad('helm upgrade', async () => {
      await release.upgrade(present)
      await runsOnly(present)
    })
    expect(problems).toEqual([])
    expect(Object.keys(closed)).toEqual(['1012'])
  })

  it('is rolled back to the previous version without lost, duplicated or reordered messages', async () => {
    const { problems } = await disturbUnderLoad('helm rollback', async () => {
      await release.rollback(revisions.previous)
      await runsOnly(previous)
    })
    expect(problems).toEqual([])
  })

  it('is upgraded again after the rollback, and the feature level is raised', async () => {
    const { problems } = await disturbUnderLoad('helm upgrade after the rollback, and level --raise', async () => {
      await release.upgrade(present)
      await runsOnly(present)
      expect(await admin('level', '--raise')).toMatch(/feature level (raised|unchanged)/)
    })
    expect(problems).toEqual([])
  })

  it('keeps its pods if it is rolled back to a version that does not support the raised level', async ({ skip }) => {
    skip(!hasPreviousVersion, 'needs the checkout of a version with a lower level in K8S_PREVIOUS')
    const { problems, closed } = await disturbUnderLoad('helm rollback after level --raise', async () => {
      await expect(release.rollback(revisions.previous, '60s')).rejects.toThrow()
      await release.upgrade(present)
      await runsOnly(present)
    })
    expect(problems).toEqual([])
    expect(closed).toEqual({})
  })
})

it('helm test finds no fault', async () => {
  expect(await release.test()).toMatch(/Phase: +Succeeded/)
  expect(await chat.kubectl('logs', 'chat-test', '--all-containers')).toContain('Nothing is missing, doubled or late.')
})

it('helm uninstall leaves nothing but the namespace and the pod of helm test', async () => {
  await release.uninstall()
  // The migration job of the rollback that was refused is unknown to Helm.
  await chat.kubectl('delete', 'job', '--selector', 'app.kubernetes.io/name=admin', '--ignore-not-found')
  const kinds = ['pods', 'deployments', 'statefulsets', 'jobs', 'cronjobs', 'services', 'configmaps', 'secrets']
  const more = ['persistentvolumeclaims', 'networkpolicies', 'serviceaccounts', 'hpa', 'poddisruptionbudgets']
  const names = async (): Promise<readonly string[]> => {
    const all = await getAll([...kinds, ...more].join(','), '-n', chat.namespace)
    return all.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  }
  const own = ['ConfigMap kube-root-ca.crt', 'Pod chat-test', 'ServiceAccount default']
  const isGone = async () => (await names()).length === own.length
  await until('the objects to be gone', isGone, { withinMs: 120_000, everyMs: 1_000 })
  expect((await names()).toSorted()).toEqual(own)
})
