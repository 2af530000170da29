import type { Allowances } from '../../shared/ports/allowances.ts'
import type { DistributedConfig } from '../../shared/runtime/config.ts'
import type { ServiceProcess } from '../../shared/runtime/service-process.ts'
import { redisAllowances } from '../redis/redis-allowances.ts'
import { redisTls } from '../redis/redis-tls.ts'
import type { DistributedPorts } from './open-ports.ts'
import { openPorts } from './open-ports.ts'

export interface GatewayAdapters extends DistributedPorts {
  readonly allowances: Allowances
}

/** A gateway's adapters. */
export const openGatewayPorts = async (config: DistributedConfig, service: ServiceProcess): Promise<GatewayAdapters> => {
  const { redisUrl: url, redisCluster: isCluster, namespace, times, security } = config
  const ports = await openPorts(config, 'chat-gateway', service)
  const allowances = redisAllowances({ url, isCluster, tls: redisTls(security), namespace, times, log: service.log })
  service.life.add('allowances', allowances.close)
  return { ...ports, allowances }
}
