import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { projectFolder } from '../../support/stack/replica.ts'
import type { Container, KubernetesObject, PodSpec, Workload } from './objects.ts'
import { renderYaml } from './renderer.ts'

export const overlays = ['dev', 'load-test', 'prod'] as const
export type Overlay = (typeof overlays)[number]

/** The rendered objects of an overlay. */
export interface Rendered {
  readonly all: readonly KubernetesObject[]
  ofKind(kind: string): readonly KubernetesObject[]
  /** Throws unless there is exactly one. */
  the(kind: string, name: string): KubernetesObject
  /** All objects that create pods. */
  readonly workloads: readonly Workload[]
  /** The workloads that run our image. */
  readonly ours: readonly Workload[]
  /** The environment of a container from ConfigMaps and plain values; references to Secrets have the value `secret`. */
  environment(container: Container): Readonly<Record<string, string>>
}

const podOf = ({ kind, spec }: KubernetesObject): PodSpec | undefined => {
  const template = kind === 'CronJob' ? spec?.jobTemplate?.spec?.template : spec?.template
  return ['Deployment', 'StatefulSet', 'Job', 'CronJob'].includes(kind) ? template?.spec : undefined
}

export const containersOf = (pod: PodSpec): readonly Container[] => [...(pod.initContainers ?? []), ...pod.containers]

const isOurs = ({ pod }: Workload): boolean => containersOf(pod).every(({ image }) => /(^|\/)chat-service(-load)?:/.test(image))

/** Objects that were rendered in another way. */
export const indexed = (all: readonly KubernetesObject[]): Rendered => {
  const ofKind = (kind: string) => all.filter((object) => object.kind === kind)
  const workloads = all.flatMap((object) => {
    const pod = podOf(object)
    return pod === undefined ? [] : [{ object, name: object.metadata.name, pod }]
  })
  const the = (kind: string, name: string): KubernetesObject => {
    const found = ofKind(kind).filter(({ metadata }) => metadata.name === name)
    if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} of ${kind} ${name}`)
    return found[0]
  }
  return {
    all,
    ofKind,
    the,
    workloads,
    ours: workloads.filter(isOurs),
    environment: ({ envFrom = [], env = [] }) => ({
      ...Object.assign({}, ...envFrom.map(({ configMapRef }) => the('ConfigMap', configMapRef.name).data)),
      ...Object.fromEntries(
        env.flatMap(({ name, value, valueFrom }) => {
          const reference = valueFrom?.configMapKeyRef
          if (reference === undefined) return [[name, value ?? 'secret']]
          const found = the('ConfigMap', reference.name).data?.[reference.key]
          return found === undefined ? [] : [[name, found]]
        }),
      ),
    }),
  }
}

const kept = new Map<string, Rendered>()

/** Rendered once for all tests of a file. */
export const rendered = (overlay: Overlay): Rendered => {
  const found = kept.get(overlay)
  if (found !== undefined) return found
  const yaml = renderYaml(join(projectFolder, 'k8s/overlays', overlay))
  const fresh = indexed(parseAllDocuments(yaml).map((document) => document.toJS() as KubernetesObject))
  kept.set(overlay, fresh)
  return fresh
}
