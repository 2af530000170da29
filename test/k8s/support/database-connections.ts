import { readConfigFor } from '../../../shared/runtime/config/config.ts'
import { adminSessions, ownSessions } from '../../support/own-sessions.ts'
import type { Container, KubernetesObject, Spec, Workload } from './objects.ts'
import type { Overlay } from './rendered.ts'
import { containersOf, rendered } from './rendered.ts'
import { secretsOf } from './service-config.ts'

/** Connections that one workload can hold at most: pods times the connections of each. */
export interface Demand {
  readonly workload: string
  readonly pods: number
  readonly perPod: number
}

/** The default of Postgres. */
const defaultMaxConnections = 100

const autoscalerOf = (overlay: Overlay, name: string): number | undefined => {
  const { ofKind } = rendered(overlay)
  const scales = ({ spec }: KubernetesObject): boolean => (spec?.scaleTargetRef as { name: string } | undefined)?.name === name
  const max = (kind: string, field: string): unknown => ofKind(kind).find(scales)?.spec?.[field]
  return (max('ScaledObject', 'maxReplicaCount') ?? max('HorizontalPodAutoscaler', 'maxReplicas')) as number | undefined
}

/**
 * A rolling update starts `maxSurge` additional pods and replaces at most one pod
 * every `minReadySeconds`. A replaced pod keeps its connections until
 * it has stopped, within its grace period.
 */
const podsOnTop = (spec: Spec, replicas: number): number => {
  const { type, rollingUpdate } = spec.strategy as { type: string; rollingUpdate?: { maxSurge: number } }
  if (type === 'Recreate') return 0
  const surge = rollingUpdate?.maxSurge ?? 1
  const grace = spec.template?.spec.terminationGracePeriodSeconds ?? 30
  return surge + Math.min(replicas, Math.ceil((grace / Math.max(1, spec.minReadySeconds as number)) * surge))
}

const podsOf = (overlay: Overlay, { object, name }: Workload): number => {
  const { kind, spec = {} } = object
  if (kind !== 'Deployment') return 1
  const replicas = autoscalerOf(overlay, name) ?? (spec.replicas as number | undefined) ?? 1
  return replicas + podsOnTop(spec, replicas)
}

const connectionsOf = (overlay: Overlay, container: Container): number => {
  const environment = rendered(overlay).environment(container)
  if (environment.DATABASE_URL === undefined) return 0
  const [command = '', subcommand = ''] = container.args ?? []
  const service = command === 'admin' ? subcommand : command
  if (!Object.hasOwn(ownSessions, service)) return adminSessions
  const { bounds } = readConfigFor(['databaseUrl'], { ...environment, ...secretsOf(overlay) })
  return bounds.databasePool + ownSessions[service as keyof typeof ownSessions]
}

/** Init containers run one after the other, before the others. */
const connectionsOfPod = (overlay: Overlay, { pod }: Workload): number => {
  const first = Math.max(0, ...(pod.initContainers ?? []).map((container) => connectionsOf(overlay, container)))
  const rest = pod.containers.reduce((sum, container) => sum + connectionsOf(overlay, container), 0)
  return Math.max(first, rest)
}

/** The Postgres connections of the workloads of an overlay at their maximum during a rolling update. */
export const databaseDemand = (overlay: Overlay): readonly Demand[] =>
  rendered(overlay)
    .ours.filter(({ pod }) => containersOf(pod).some((container) => connectionsOf(overlay, container) > 0))
    .map((workload) => ({
      workload: workload.name,
      pods: podsOf(overlay, workload),
      perPod: connectionsOfPod(overlay, workload),
    }))

/** `max_connections` of the Postgres in an overlay. */
export const maxConnectionsOf = (overlay: Overlay): number => {
  const cluster = rendered(overlay).ofKind('Cluster')[0]?.spec?.postgresql as { parameters: Record<string, string> } | undefined
  if (cluster !== undefined) return Number(cluster.parameters.max_connections ?? defaultMaxConnections)
  const { args = [] } = rendered(overlay).the('StatefulSet', 'postgres').spec?.template?.spec.containers[0] ?? {}
  return Number(/max_connections=(\d+)/.exec(args.join(' '))?.[1] ?? defaultMaxConnections)
}
