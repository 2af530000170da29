import type { DistributedConfig, GatewayConfig } from '../../../shared/runtime/config.ts'
import { readDistributedConfig, readGatewayConfig } from '../../../shared/runtime/config.ts'
import type { Overlay } from './rendered.ts'
import { rendered } from './rendered.ts'

/** What stands for those that come by reference. */
const secrets = {
  DATABASE_URL: 'postgres://user:secret@postgres:5432/chat',
  REDIS_URL: 'redis://redis:6379',
}

/** The configuration that a service reads in its pod, read by the service's own code. */
export function configOf(overlay: Overlay, name: 'gateway'): GatewayConfig
export function configOf(overlay: Overlay, name: 'gateway' | 'writer'): DistributedConfig
export function configOf(overlay: Overlay, name: 'gateway' | 'writer'): DistributedConfig {
  const { ours, environment } = rendered(overlay)
  const container = ours.find((workload) => workload.name === name)?.pod.containers[0]
  if (container === undefined) throw new Error(`${overlay} has no ${name}`)
  const read = name === 'gateway' ? readGatewayConfig : readDistributedConfig
  return read({ ...environment(container), ...secrets })
}
