import { join } from 'node:path'
import { until } from '../../support/poll.ts'
import { projectFolder } from '../../support/stack/replica.ts'
import { renderYaml } from '../support/renderer.ts'
import { editedOverlayYaml } from '../support/with-component.ts'
import type { LiveObject } from './kubectl.ts'
import { getAll, getOne, kubectl } from './kubectl.ts'
import { loadImages } from './load-images.ts'
import { assertOwnCluster } from './own-cluster.ts'
import { provideVolumes } from './volumes.ts'

/** The dev overlay on the current cluster. */
export interface DeployedChat extends AsyncDisposable {
  /** Address through the node port of the Service. */
  readonly url: string
  readonly namespace: string
  kubectl(...args: string[]): Promise<string>
  /** Applies the overlay, as the README does or with other flags, with further lines in `chat.env`. */
  apply(flags?: readonly string[], lines?: string): Promise<string>
  /** The pods of a part, including terminating ones. */
  pods(part: string): Promise<readonly LiveObject[]>
  /** The number of container restarts of gateways, writers and the audit. */
  restarts(): Promise<number>
  /** Resolves when the rollout of a Deployment or StatefulSet is complete. */
  settled(workload: string): Promise<void>
  /** Sets the number of pods and pins the autoscaler to it. */
  scale(part: 'gateway' | 'writer', count: number): Promise<void>
}

export const namespace = 'chat-dev'

const waitMs = 420_000

const inNamespace = (...args: string[]): Promise<string> => kubectl(['-n', namespace, ...args])

const removeNamespace = (): Promise<string> => kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=true'])

const restartsOf = ({ status }: LiveObject): number =>
  ((status?.containerStatuses ?? []) as readonly { readonly restartCount: number }[]).reduce(
    (sum, { restartCount }) => sum + restartCount,
    0,
  )

const settled = async (workload: string): Promise<void> => {
  await inNamespace('rollout', 'status', workload, `--timeout=${waitMs / 1_000}s`)
}

const pods = (part: string): Promise<readonly LiveObject[]> =>
  getAll('pods', '-n', namespace, '-l', `app.kubernetes.io/name=${part}`)

const nodeAddress = async (): Promise<string> => {
  const [node] = await getAll('nodes')
  const addresses = (node?.status?.addresses ?? []) as readonly { readonly type: string; readonly address: string }[]
  const internal = addresses.find(({ type }) => type === 'InternalIP')
  if (internal === undefined) throw new Error('the node has no internal address')
  return internal.address
}

const socketUrl = async (): Promise<string> => {
  const { spec = {} } = await getOne('service', 'gateway', '-n', namespace)
  const [port] = spec.ports as readonly { readonly nodePort: number }[]
  return `ws://${await nodeAddress()}:${port?.nodePort}/ws`
}

const scale = async (part: 'gateway' | 'writer', count: number): Promise<void> => {
  const bounds = { spec: { minReplicas: count, maxReplicas: count } }
  await inNamespace('patch', 'hpa', part, '-p', JSON.stringify(bounds))
  const isThere = async () => (await getOne('deployment', part, '-n', namespace)).spec?.replicas === count
  await until(`${count} of ${part}`, isThere, { withinMs: 120_000, everyMs: 1_000 })
  await settled(`deployment/${part}`)
  const areGone = async () => (await pods(part)).length === count
  await until('the other pods to be gone', areGone, { withinMs: 120_000, everyMs: 1_000 })
}

/** The flags of the README: the files win over what undo, patch or set have changed. */
export const applyFlags = ['--server-side', '--force-conflicts'] as const

const applyWith = (flags: readonly string[], yaml: string): Promise<string> => kubectl(['apply', ...flags, '-f', '-'], yaml)

/** Loads the images, applies the overlay and waits until all pods are ready. Disposing removes everything. */
export const deployChat = async (): Promise<DeployedChat> => {
  await assertOwnCluster()
  await using owned = new AsyncDisposableStack()
  await removeNamespace()
  await loadImages()
  owned.defer(await provideVolumes())
  owned.defer(async () => void (await removeNamespace()))
  await applyWith(applyFlags, renderYaml(join(projectFolder, 'k8s/overlays/dev')))
  const url = await socketUrl()
  // Without authentication a gateway accepts the address of a node only if its origin is allowed.
  const origins = `ALLOWED_ORIGINS=${url.replace(/^ws/, 'http').replace(/\/ws$/, '')}`
  const apply = (flags: readonly string[] = applyFlags, lines = ''): Promise<string> =>
    applyWith(
      flags,
      editedOverlayYaml('dev', 'chat.env', (text) => `${text}${origins}\n${lines}`),
    )
  await apply()
  for (const part of ['kafka', 'postgres', 'redis']) await settled(`statefulset/${part}`)
  for (const part of ['writer', 'gateway', 'audit']) await settled(`deployment/${part}`)
  const kept = owned.move()
  return {
    url,
    namespace,
    kubectl: inNamespace,
    apply,
    pods,
    restarts: async () =>
      (await Promise.all(['gateway', 'writer', 'audit'].map(pods))).flat().reduce((sum, pod) => sum + restartsOf(pod), 0),
    settled,
    scale,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
