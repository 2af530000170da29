import { until } from '../../support/poll.ts'
import type { LiveObject } from './kubectl.ts'
import { getAll, getOne, kubectl } from './kubectl.ts'

/** The chat in one namespace of the current cluster. */
export interface ChatNamespace {
  readonly namespace: string
  kubectl(...args: string[]): Promise<string>
  /** The pods of a part, including terminating ones. */
  pods(part: string): Promise<readonly LiveObject[]>
  /** The number of container restarts of gateways, writers and the audit. */
  restarts(): Promise<number>
  /** Resolves when the rollout of a Deployment or StatefulSet is complete. */
  settled(workload: string): Promise<void>
  /** Resolves when a part has this number of pods, none of them terminating. */
  hasPods(part: string, count: number): Promise<void>
  /** Sets the number of pods and pins the autoscaler to it. */
  scale(part: 'gateway' | 'writer', count: number): Promise<void>
  /** The address of the sockets through the node port of the Service. */
  socketUrl(): Promise<string>
  /** Deletes the namespace and waits until it is gone. */
  remove(): Promise<void>
}

/** The parts that run our image all the time. */
export const services = ['gateway', 'writer', 'audit'] as const

const rolloutMs = 420_000

const restartsOf = ({ status }: LiveObject): number =>
  ((status?.containerStatuses ?? []) as readonly { readonly restartCount: number }[]).reduce(
    (sum, { restartCount }) => sum + restartCount,
    0,
  )

/** The address of the first node in the network of the nodes. */
export const nodeAddress = async (): Promise<string> => {
  const [node] = await getAll('nodes')
  const addresses = (node?.status?.addresses ?? []) as readonly { readonly type: string; readonly address: string }[]
  const internal = addresses.find(({ type }) => type === 'InternalIP')
  if (internal === undefined) throw new Error('the node has no internal address')
  return internal.address
}

export const chatNamespace = (namespace: string): ChatNamespace => {
  const inNamespace = (...args: string[]): Promise<string> => kubectl(['-n', namespace, ...args])
  const pods = (part: string): Promise<readonly LiveObject[]> =>
    getAll('pods', '-n', namespace, '-l', `app.kubernetes.io/name=${part}`)
  const settled = async (workload: string): Promise<void> => {
    await inNamespace('rollout', 'status', workload, `--timeout=${rolloutMs / 1_000}s`)
  }
  const hasPods = async (part: string, count: number): Promise<void> => {
    const areThere = async () => (await pods(part)).length === count
    await until(`${count} pods of ${part}`, areThere, { withinMs: 120_000, everyMs: 1_000 })
  }
  return {
    namespace,
    kubectl: inNamespace,
    pods,
    restarts: async () => (await Promise.all(services.map(pods))).flat().reduce((sum, pod) => sum + restartsOf(pod), 0),
    settled,
    hasPods,
    scale: async (part, count) => {
      const bounds = { spec: { minReplicas: count, maxReplicas: count } }
      await inNamespace('patch', 'hpa', part, '-p', JSON.stringify(bounds))
      const isThere = async () => (await getOne('deployment', part, '-n', namespace)).spec?.replicas === count
      await until(`${count} of ${part}`, isThere, { withinMs: 120_000, everyMs: 1_000 })
      await settled(`deployment/${part}`)
      await hasPods(part, count)
    },
    socketUrl: async () => {
      const { spec = {} } = await getOne('service', 'gateway', '-n', namespace)
      const [port] = spec.ports as readonly { readonly nodePort: number }[]
      return `ws://${await nodeAddress()}:${port?.nodePort}/ws`
    },
    remove: async () => void (await kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=true'])),
  }
}
