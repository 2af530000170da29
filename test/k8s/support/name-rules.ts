import type { KubernetesObject } from './objects.ts'

/** The schemas do not contain the rules of names and labels, which the API server checks too. */
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/

/** A Service's name is a DNS label; a Job's and a CronJob's name becomes part of a label and of pod names. */
const maxLengths: Readonly<Record<string, number>> = { Service: 63, Job: 63, CronJob: 52, Namespace: 63 }

/** The errors in the name and the labels of an object. */
export const nameFlawsOf = ({ kind, metadata: { name, labels = {} } }: KubernetesObject): string[] => [
  ...(subdomain.test(name) ? [] : [`${kind} ${name}: the name is not a DNS name`]),
  ...(name.length <= (maxLengths[kind] ?? 253) ? [] : [`${kind} ${name}: the name is too long`]),
  ...Object.entries(labels).flatMap(([key, value]) =>
    labelValue.test(value) && value.length <= 63 ? [] : [`${kind} ${name}: the label ${key} has the value ${value}`],
  ),
]
