/** The fields of Kubernetes objects that the tests use; the schemas define the rest. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Labels
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec?: Spec
  readonly data?: Readonly<Record<string, string>>
  readonly automountServiceAccountToken?: boolean
}

export type Labels = Readonly<Record<string, string>>

export interface Spec {
  readonly [key: string]: unknown
  readonly template?: { readonly metadata?: { readonly labels?: Labels }; readonly spec: PodSpec }
  readonly jobTemplate?: { readonly spec: { readonly template: { readonly spec: PodSpec } } }
}

export interface PodSpec {
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[]
  readonly restartPolicy?: string
  readonly priorityClassName?: string
  readonly automountServiceAccountToken?: boolean
  readonly serviceAccountName?: string
  readonly terminationGracePeriodSeconds?: number
  readonly securityContext?: {
    readonly runAsNonRoot?: boolean
    readonly runAsUser?: number
    readonly runAsGroup?: number
    readonly seccompProfile?: { readonly type: string }
  }
  readonly hostNetwork?: boolean
  readonly hostPID?: boolean
  readonly hostIPC?: boolean
  readonly volumes?: readonly Readonly<Record<string, unknown>>[]
  readonly topologySpreadConstraints?: readonly {
    readonly topologyKey: string
    readonly labelSelector: { readonly matchLabels: Labels }
  }[]
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string }
  readonly initialDelaySeconds?: number
  readonly timeoutSeconds?: number
  readonly periodSeconds: number
  readonly failureThreshold: number
}

/** Where a variable has its value from; of a Secret only the reference is of interest. */
export interface ValueSource {
  readonly configMapKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean }
  readonly secretKeyRef?: unknown
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly imagePullPolicy?: string
  readonly args?: readonly string[]
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: ValueSource }[]
  readonly envFrom?: readonly { readonly configMapRef: { readonly name: string } }[]
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[]
  readonly startupProbe?: Probe
  readonly livenessProbe?: Probe
  readonly readinessProbe?: Probe
  readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } }
  readonly resources?: {
    readonly requests?: { readonly cpu?: string; readonly memory?: string }
    readonly limits?: { readonly cpu?: string; readonly memory?: string }
  }
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean
    readonly readOnlyRootFilesystem?: boolean
    readonly privileged?: boolean
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] }
  }
}

/** An object that creates pods, and its pod template. */
export interface Workload {
  readonly object: KubernetesObject
  readonly name: string
  readonly pod: PodSpec
}

/** `1536Mi` in bytes, `250m` in cores. */
export const quantity = (text: string): number => {
  const [, digits = '', unit = ''] = /^([\d.]+)([a-zA-Z]*)$/.exec(text) ?? []
  const factor = { '': 1, m: 0.001, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }[unit]
  if (factor === undefined) throw new Error(`"${text}" is not a quantity`)
  return Number(digits) * factor
}
