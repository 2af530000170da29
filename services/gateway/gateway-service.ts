import { randomUUIDv7 } from 'node:crypto'
import type { HttpSender } from '../../shared/ports/http-sender.ts'
import type { RateLimitStore } from '../../shared/ports/rate-limit-store.ts'
import { openapiDocument } from '../../shared/protocol/openapi.ts'
import type { AccessConfig } from '../../shared/runtime/config/access-config.ts'
import type { PublicConfig } from '../../shared/runtime/config/config.ts'
import type { Times } from '../../shared/runtime/config/times.ts'
import type { Logger } from '../../shared/runtime/observability/logger.ts'
import type { ProcessReadiness } from '../../shared/runtime/process/internal-port.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import { createAdmissionControl } from './admission/admission-control.ts'
import { acceptAll } from './admission/auth.ts'
import type { Authenticator } from './admission/authenticate.ts'
import { createAuthenticator } from './admission/authenticate.ts'
import { clientAddress, trustedProxyTest } from './admission/client-address.ts'
import { createRefusalHints } from './admission/refusal-hints.ts'
import { createGatewayCore } from './gateway-core.ts'
import type { GatewayCoreDeps } from './gateway-core-deps.ts'
import { createSessionCounts } from './limits/session-counts.ts'
import { createSharedBuckets } from './limits/shared-buckets.ts'
import { preSendHook } from './pre-send-hook.ts'
import { createHttpApi } from './server/http-api.ts'
import type { FileServer, RequestHandler } from './server/http-routes.ts'
import { createPeerConnections } from './server/peer-connections.ts'
import { createPublicServer } from './server/public-server.ts'

type CorePorts = 'commandLog' | 'eventStore' | 'readModel' | 'memberStates' | 'searchIndex' | 'fanOut' | 'files'

/** The ports of a gateway. The caller closes them after `drain`. */
export interface GatewayAdapters extends Pick<GatewayCoreDeps, CorePorts> {
  /** Rate limits shared with other gateways; undefined: there is one gateway only. */
  readonly rateLimitStore: RateLimitStore | undefined
  /** Sends the checks of `preSend`; undefined: messages are not checked before they are sent. */
  readonly preSendSender?: HttpSender | undefined
}

/** Optional parts of a gateway. */
export interface GatewayOptions {
  /** Serves the chat page; undefined: no page. */
  readonly page?: RequestHandler | undefined
  /** Answers uploads and downloads of files; undefined: another server does. */
  readonly fileServer?: FileServer | undefined
}

/** A gateway in real time, with its server. */
export interface GatewayService {
  /** Resolves with the port once sockets are accepted. */
  start(): Promise<{ readonly port: number }>
  /** Hands its sessions over to other gateways, then stops. Does not close the adapters. Idempotent. */
  drain(): Promise<void>
  readiness(): ProcessReadiness
}

const authenticatorFor = ({ jwt }: AccessConfig, times: Times, log: Logger): Authenticator => {
  if (jwt !== undefined) {
    if (jwt.audience === undefined) log.warn('JWT_AUDIENCE is not set: tokens issued for other services are accepted')
    return createAuthenticator({ jwt, clock: systemClock, times, log })
  }
  return {
    authenticate: acceptAll,
    start: async () =>
      log.warn('authentication is off: every client acts as a service; accepted hosts are loopback names and ALLOWED_ORIGINS'),
  }
}

export const createGatewayService = (
  config: PublicConfig,
  adapters: GatewayAdapters,
  { log, metrics, onScrape }: Pick<ServiceProcess, 'log' | 'metrics' | 'onScrape'>,
  { page, fileServer }: GatewayOptions = {},
): GatewayService => {
  const { host, port, limits, times, bounds, rates, access } = config
  const { fanOut, rateLimitStore } = adapters
  const clock = systemClock
  const gatewayCore = createGatewayCore({
    ...adapters,
    clock,
    metrics,
    log,
    times,
    bounds,
    limits,
    rates,
    gateway: randomUUIDv7(),
    newId: () => randomUUIDv7(),
    random: Math.random,
    preSend: preSendHook(config, adapters.preSendSender, metrics),
  })
  const { authenticate, start: findKeys } = authenticatorFor(access, times, log)
  const sessionCounts = createSessionCounts(bounds)
  const buckets = createSharedBuckets(rateLimitStore, clock)
  const admissionControl = createAdmissionControl({
    authenticate,
    addressOf: clientAddress(access.trustedProxies),
    sessionCounts,
    buckets,
    rates,
    clock,
    origins: { allowed: access.allowedOrigins, isOpen: access.jwt === undefined },
    hint: createRefusalHints(log),
  })
  const api = createHttpApi({
    admissionControl,
    call: gatewayCore.call,
    read: gatewayCore.read,
    makeDocument: () => JSON.stringify(openapiDocument(limits)),
    maxBodyBytes: limits.frameBytes,
    maxRequests: bounds.callsPerGateway,
    bodyMs: times.headersMs,
    log,
  })
  const peers = createPeerConnections({
    maxPerAddress: bounds.connectionsPerAddress,
    isTrustedProxy: trustedProxyTest(access.trustedProxies),
  })
  const server = createPublicServer({
    gatewayCore,
    admissionControl,
    peers,
    api,
    page,
    fileServer,
    host,
    port,
    limits,
    bounds,
    times,
    clock,
    log,
    metrics,
  })
  fanOut.onRestored(() => metrics.fanOutReconnects.inc())
  let framesCounted = 0
  onScrape(() => {
    const { framesWritten } = gatewayCore
    metrics.frames.inc({ direction: 'out' }, framesWritten - framesCounted)
    framesCounted = framesWritten
    metrics.pendingCommands.set(gatewayCore.pendingCommands)
    metrics.heldRooms.set(gatewayCore.heldRooms)
    metrics.bindingSessions.set(sessionCounts.binding)
    metrics.fanOutUp.set(fanOut.state === 'up' ? 1 : 0)
  })
  return {
    start: async () => {
      await findKeys()
      await gatewayCore.start()
      return server.start()
    },
    drain: async () => {
      await server.drain()
      await gatewayCore.drain()
      buckets.stop()
    },
    readiness: () => {
      const { pendingCommands } = gatewayCore
      // Pending commands do not count: when Kafka or Postgres is unavailable, commands wait on every gateway.
      const isFull = sessionCounts.isFull() === 'gateway_full'
      const details = { fanOut: fanOut.state, pendingCommands, sockets: sessionCounts.size }
      return { state: isFull ? 'overloaded' : 'ready', details }
    },
  }
}
