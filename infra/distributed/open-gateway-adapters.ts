import type { BlobStore } from '../../shared/ports/blob-store.ts'
import type { HttpSender } from '../../shared/ports/http-sender.ts'
import type { RateLimitStore } from '../../shared/ports/rate-limit-store.ts'
import type { GatewayConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { openPreSendSender } from '../http/open-pre-send-sender.ts'
import { redisRateLimitStore } from '../redis/redis-rate-limit-store.ts'
import { redisTls } from '../redis/redis-tls.ts'
import { openS3BlobStore } from '../s3/open-s3-blob-store.ts'
import type { DistributedAdapters } from './open-distributed-adapters.ts'
import { openDistributedAdapters } from './open-distributed-adapters.ts'

/** The adapters of a gateway in the distributed mode. */
export interface DistributedGatewayAdapters extends DistributedAdapters {
  readonly rateLimitStore: RateLimitStore
  /** Undefined: no bucket is configured. */
  readonly files: { readonly blobStore: BlobStore; readonly secrets: readonly [string, ...string[]] } | undefined
  /** Undefined: messages are not checked before they are sent. */
  readonly preSendSender: HttpSender | undefined
}

const openFiles = async ({ files, namespace }: GatewayConfig): Promise<DistributedGatewayAdapters['files']> => {
  const [first, ...others] = files.secrets
  if (files.s3 === undefined || first === undefined) return undefined
  return { blobStore: await openS3BlobStore(files.s3, namespace), secrets: [first, ...others] }
}

/** Opens the adapters of a gateway, which close with the process. */
export const openGatewayAdapters = async (
  config: GatewayConfig,
  service: ServiceProcess,
): Promise<DistributedGatewayAdapters> => {
  const { redisUrl: url, redisCluster: isCluster, namespace, times, security } = config
  const ports = await openDistributedAdapters(config, 'chat-gateway', service)
  const rateLimitStore = redisRateLimitStore({ url, isCluster, tls: redisTls(security), namespace, times, log: service.log })
  service.life.add('rate-limit store', rateLimitStore.close)
  const files = await openFiles(config)
  if (files !== undefined) service.life.add('blob store', files.blobStore.close)
  const preSendSender = openPreSendSender(config)
  if (preSendSender !== undefined) service.life.add('pre-send sender', preSendSender.close)
  return { ...ports, rateLimitStore, files, preSendSender }
}
