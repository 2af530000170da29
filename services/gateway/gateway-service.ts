import { randomUUIDv7 } from 'node:crypto'
import type { Allowances } from '../../shared/ports/allowances.ts'
import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { EventStore } from '../../shared/ports/event-store.ts'
import type { FanOut } from '../../shared/ports/fan-out.ts'
import type { ReadModel } from '../../shared/ports/read-model.ts'
import { openapiDocument } from '../../shared/protocol/openapi.ts'
import type { AccessConfig } from '../../shared/runtime/access-config.ts'
import type { PublicConfig } from '../../shared/runtime/config.ts'
import type { Readiness } from '../../shared/runtime/internal-port.ts'
import type { Logger } from '../../shared/runtime/logger.ts'
import type { ServiceProcess } from '../../shared/runtime/service-process.ts'
import { systemClock } from '../../shared/runtime/system-clock.ts'
import type { Times } from '../../shared/runtime/times.ts'
import type { Answerer } from './answer-request.ts'
import { createApi } from './api.ts'
import { trustEverybody } from './auth.ts'
import type { Authenticator } from './authenticate.ts'
import { createAuthenticator } from './authenticate.ts'
import { clientAddress, trustedProxyTest } from './client-address.ts'
import { createCrowd } from './crowd.ts'
import { createDoor } from './door.ts'
import { createFrameReader } from './frame-reader.ts'
import { createGateway } from './gateway.ts'
import { createPeerConnections } from './peer-connections.ts'
import { createSharedBuckets } from './shared-buckets.ts'
import { createSwitchboard } from './switchboard.ts'

export interface GatewayPorts {
  readonly commandLog: CommandLog
  readonly eventStore: EventStore
  readonly readModel: ReadModel
  readonly fanOut: FanOut
  /** Limits that are shared with other gateways; undefined where there are none. */
  readonly allowances: Allowances | undefined
}

/** What a gateway is opened with besides its ports. */
export interface GatewayMore {
  /** Serves the chat page; undefined: there is none. */
  readonly page?: Answerer | undefined
}

/** A gateway on these ports, in real time. */
export interface GatewayService {
  /** Resolves with the port once sockets are accepted. */
  start(): Promise<{ readonly port: number }>
  /** Hands its sessions over, then ends. Closes none of the ports. Idempotent. */
  drain(): Promise<void>
  readiness(): Readiness
}

const authenticatorFor = ({ jwt }: AccessConfig, times: Times, log: Logger): Authenticator => {
  if (jwt !== undefined) {
    if (jwt.audience === undefined) log.warn('JWT_AUDIENCE is not set: a token that was made for another service is accepted')
    return createAuthenticator({ jwt, clock: systemClock, times, log })
  }
  return {
    authenticate: trustEverybody,
    start: async () =>
      log.warn('authentication is off: every client acts as a service; accepted hosts are loopback names and ALLOWED_ORIGINS'),
  }
}

export const createGatewayService = (
  config: PublicConfig,
  ports: GatewayPorts,
  { log, metrics, onScrape }: Pick<ServiceProcess, 'log' | 'metrics' | 'onScrape'>,
  { page }: GatewayMore = {},
): GatewayService => {
  const { host, port, limits, times, bounds, rates, access } = config
  const { fanOut, allowances } = ports
  const clock = systemClock
  const switchboard = createSwitchboard({
    ...ports,
    clock,
    metrics,
    log,
    times,
    bounds,
    limits,
    gateway: randomUUIDv7(),
    newId: () => randomUUIDv7(),
    random: Math.random,
  })
  const { authenticate, start: findKeys } = authenticatorFor(access, times, log)
  const crowd = createCrowd(bounds)
  const buckets = createSharedBuckets(allowances, clock)
  const door = createDoor({
    authenticate,
    addressOf: clientAddress(access.trustedProxies),
    crowd,
    buckets,
    rates,
    clock,
    origins: { allowed: access.allowedOrigins, isOpen: access.jwt === undefined },
  })
  const api = createApi({
    door,
    call: switchboard.call,
    read: createFrameReader(limits),
    makeDocument: () => JSON.stringify(openapiDocument(limits)),
    maxBodyBytes: limits.frameBytes,
    maxRequests: bounds.callsPerGateway,
    log,
  })
  const peers = createPeerConnections({
    maxPerAddress: bounds.connectionsPerAddress,
    isTrustedProxy: trustedProxyTest(access.trustedProxies),
  })
  const gateway = createGateway({ switchboard, door, peers, api, page, host, port, limits, bounds, times, clock, log, metrics })
  fanOut.onRestored(() => metrics.fanOutReconnects.inc())
  let framesCounted = 0
  onScrape(() => {
    const { framesWritten } = switchboard
    metrics.frames.inc({ direction: 'out' }, framesWritten - framesCounted)
    framesCounted = framesWritten
    metrics.pendingCommands.set(switchboard.pendingCommands)
    metrics.heldRooms.set(switchboard.heldRooms)
    metrics.bindingSessions.set(crowd.binding)
    metrics.fanOutUp.set(fanOut.state === 'up' ? 1 : 0)
  })
  return {
    start: async () => {
      await findKeys()
      await switchboard.start()
      return gateway.start()
    },
    drain: async () => {
      await gateway.drain()
      buckets.stop()
    },
    readiness: () => {
      const { pendingCommands } = switchboard
      // Only what another gateway could do better. Commands pend when Kafka or Postgres is away, and then on every gateway.
      const isFull = crowd.isFull() === 'gateway_full'
      const details = { fanOut: fanOut.state, pendingCommands, sockets: crowd.size }
      return { state: isFull ? 'overloaded' : 'ready', details }
    },
  }
}
