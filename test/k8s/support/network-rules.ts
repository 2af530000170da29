import { BlockList } from 'node:net'
import type { KubernetesObject, Labels } from './objects.ts'

interface Selector {
  readonly matchLabels?: Labels
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values: readonly string[] }[]
}

interface Peer {
  readonly podSelector?: Selector
  readonly namespaceSelector?: Selector
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] }
}

/** A rule of a policy. */
export interface Rule {
  readonly from?: readonly Peer[]
  readonly to?: readonly Peer[]
  readonly ports?: readonly { readonly port: string | number; readonly protocol: string }[]
}

/** The `spec` of a NetworkPolicy. */
export interface PolicySpec {
  readonly podSelector: Selector
  readonly policyTypes: readonly string[]
  readonly ingress?: readonly Rule[]
  readonly egress?: readonly Rule[]
}

/** The other side of a connection: a pod with its namespace, or an address that belongs to no pod. */
export type Other = { readonly namespace: string; readonly labels: Labels } | { readonly address: string }

/** A connection into (`ingress`) or out of (`egress`) a pod of the namespace of the policies. */
export interface Connection {
  readonly way: 'ingress' | 'egress'
  readonly pod: Labels
  readonly other: Other
  readonly port: string | number
  readonly protocol?: 'TCP' | 'UDP'
}

/** Whether a selector selects an object with these labels. */
export const selects = ({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(({ key, operator, values }) => {
    if (!['In', 'NotIn'].includes(operator)) throw new Error(`unknown operator: ${operator}`)
    return values.includes(labels[key] ?? '') === (operator === 'In')
  })

const contains = (cidr: string, address: string): boolean => {
  const [network = '', bits = ''] = cidr.split('/')
  const block = new BlockList()
  block.addSubnet(network, Number(bits))
  return block.check(address)
}

const isPeer = ({ podSelector, namespaceSelector, ipBlock }: Peer, other: Other, own: string): boolean => {
  if ('address' in other) {
    const { cidr, except = [] } = ipBlock ?? {}
    return cidr !== undefined && contains(cidr, other.address) && !except.some((block) => contains(block, other.address))
  }
  if (ipBlock !== undefined) return false
  const isNamespace =
    namespaceSelector === undefined
      ? other.namespace === own
      : selects(namespaceSelector, { 'kubernetes.io/metadata.name': other.namespace })
  return isNamespace && selects(podSelector ?? {}, other.labels)
}

/** Whether the policies allow a connection, by the rules of Kubernetes: every policy that selects the pod adds to the allowed ones. */
export const isAllowed = (objects: readonly KubernetesObject[], connection: Connection): boolean => {
  const { way, pod, other, port, protocol = 'TCP' } = connection
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy')
  const own = policies[0]?.metadata.namespace ?? ''
  const type = way === 'ingress' ? 'Ingress' : 'Egress'
  const selecting = policies
    .map(({ spec }) => spec as unknown as PolicySpec)
    .filter(({ podSelector, policyTypes }) => policyTypes.includes(type) && selects(podSelector, pod))
  if (selecting.length === 0) return true
  return selecting.some((policy) =>
    (policy[way] ?? []).some(({ from, to, ports }) => {
      const peers = from ?? to
      const isPort = ports?.some((one) => one.port === port && one.protocol === protocol) ?? true
      return isPort && (peers?.some((peer) => isPeer(peer, other, own)) ?? true)
    }),
  )
}
