import type { DistributedConfig, GatewayConfig } from '../../../shared/runtime/config/config.ts'
import { readDistributedConfig, readGatewayConfig } from '../../../shared/runtime/config/config.ts'
import type { Container } from './objects.ts'
import type { Overlay } from './rendered.ts'
import { rendered } from './rendered.ts'

/** Values for the variables that come from Secrets; for prod in the form that `k8s/README.md` requires. */
export const secretsOf = (overlay: Overlay): Readonly<Record<string, string>> =>
  overlay === 'prod'
    ? {
        DATABASE_URL: 'postgres://user:secret@postgres:5432/chat?sslmode=verify-full&sslrootcert=/etc/chat-ca/ca.crt',
        REDIS_URL: 'rediss://user:secret@redis:6379',
      }
    : { DATABASE_URL: 'postgres://user:secret@postgres:5432/chat', REDIS_URL: 'redis://redis:6379' }

/** Each variable of a container that comes from a Secret, with the name of the Secret. */
export const secretNames = ({ env = [] }: Container): readonly string[] =>
  env
    .flatMap(({ name, valueFrom }) => {
      const reference = valueFrom?.secretKeyRef as { readonly name: string } | undefined
      return reference === undefined ? [] : [`${name} ${reference.name}`]
    })
    .toSorted()

type Service = 'gateway' | 'writer' | 'audit'

/** The configuration of a service in its pod, read by the code of the service. */
export function configOf(overlay: Overlay, name: 'gateway', secrets?: Readonly<Record<string, string>>): GatewayConfig
export function configOf(overlay: Overlay, name: Service, secrets?: Readonly<Record<string, string>>): DistributedConfig
export function configOf(overlay: Overlay, name: Service, secrets = secretsOf(overlay)): DistributedConfig {
  const { ours, environment } = rendered(overlay)
  const container = ours.find((workload) => workload.name === name)?.pod.containers[0]
  if (container === undefined) throw new Error(`${overlay} has no ${name}`)
  const read = name === 'gateway' ? readGatewayConfig : readDistributedConfig
  return read({ ...environment(container), ...secrets })
}
