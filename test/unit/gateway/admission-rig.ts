import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { Registry } from 'prom-client'
import type { AdmissionControl } from '../../../services/gateway/admission/admission-control.ts'
import { createAdmissionControl } from '../../../services/gateway/admission/admission-control.ts'
import type { Authenticated } from '../../../services/gateway/admission/auth.ts'
import { clientAddress, trustedProxyTest } from '../../../services/gateway/admission/client-address.ts'
import { createSessionCounts } from '../../../services/gateway/limits/session-counts.ts'
import type { SharedBuckets } from '../../../services/gateway/limits/shared-buckets.ts'
import { createSharedBuckets } from '../../../services/gateway/limits/shared-buckets.ts'
import { createFrameReader } from '../../../services/gateway/requests/frame-reader.ts'
import { createHttpApi } from '../../../services/gateway/server/http-api.ts'
import { createPeerConnections } from '../../../services/gateway/server/peer-connections.ts'
import { createPublicServer } from '../../../services/gateway/server/public-server.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import type { Outcome } from '../../../shared/records/outcome.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import { defaultRates } from '../../../shared/runtime/config/rates.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { createLogger } from '../../../shared/runtime/observability/logger.ts'
import { createMetrics } from '../../../shared/runtime/observability/metrics.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import { upgradeHead } from '../../support/client/raw-socket.ts'
import { until } from '../../support/poll.ts'
import { gatewayRig } from './gateway-rig.ts'

/** A request whose token verification the test ends. */
export interface Verification {
  /** The server's side of the connection. */
  readonly socket: Socket
  end(result: Authenticated): void
}

export const user: Authenticated = { principal: { isService: false, subject: 'ann' } }
export const service: Authenticated = { principal: { isService: true, subject: 'back-office' } }

export interface AdmissionRigOptions {
  readonly bounds?: Partial<Bounds>
  readonly trustedProxies?: readonly string[]
}

/** A real public port, whose token verifications the test ends, with the counters of admission. */
export const admissionRig = async ({ bounds: given = {}, trustedProxies = [] }: AdmissionRigOptions = {}) => {
  const bounds = { ...defaultBounds, ...given }
  const { gatewayCore } = await gatewayRig()
  const metrics = createMetrics(new Registry())
  const lines: string[] = []
  const log = createLogger({ level: 'debug', name: 'test', write: (line) => lines.push(line) })
  const sessionCounts = createSessionCounts(bounds)
  const shared = createSharedBuckets(undefined, systemClock)
  let heldBuckets = 0
  const buckets: SharedBuckets = {
    hold: (key, rate) => {
      const hold = shared.hold(key, rate)
      let isHeld = true
      heldBuckets += 1
      return {
        take: hold.take,
        release: () => {
          hold.release()
          if (isHeld) heldBuckets -= 1
          isHeld = false
        },
      }
    },
    take: shared.take,
    gateways: 1,
    size: 0,
    stop: shared.stop,
  }

  const verifications: Verification[] = []
  const pendingResults: ((result: Authenticated) => void)[] = []
  const admissionControl = createAdmissionControl({
    authenticate: () => new Promise<Authenticated>((resolve) => void pendingResults.push(resolve)),
    origins: { allowed: undefined, isOpen: false },
    hint: () => undefined,
    addressOf: clientAddress(trustedProxies),
    sessionCounts,
    buckets,
    rates: { ...defaultRates, addressUpgradesBurst: 100_000 },
    clock: systemClock,
  })
  /** Records the request of each verification, so that a test can wait until the server sees a disconnect. */
  const seen = <Answer>(
    ask: (request: Parameters<AdmissionControl['identify']>[0]) => Promise<Answer>,
    request: Parameters<AdmissionControl['identify']>[0],
  ) => {
    const before = pendingResults.length
    const answer = ask(request)
    const end = pendingResults[before]
    if (end !== undefined) verifications.push({ socket: request.socket, end })
    return answer
  }
  const watched: AdmissionControl = {
    acceptedOrigin: admissionControl.acceptedOrigin,
    identify: (request) => seen(admissionControl.identify, request),
    admit: (request) => seen(admissionControl.admit, request),
  }

  let callsMade = 0
  let openCalls = 0
  const api = createHttpApi({
    admissionControl: watched,
    call: () => {
      callsMade += 1
      openCalls += 1
      const { promise, resolve } = Promise.withResolvers<Outcome>()
      const abandon = (): void => {
        openCalls -= 1
        resolve({ body: '{}' })
      }
      return { outcome: promise, abandon }
    },
    read: createFrameReader(defaultLimits),
    makeDocument: () => '{}',
    maxBodyBytes: defaultLimits.frameBytes,
    bodyMs: 10_000,
    maxRequests: bounds.callsPerGateway,
    log,
  })
  const gateway = createPublicServer({
    gatewayCore,
    admissionControl: watched,
    peers: createPeerConnections({
      maxPerAddress: bounds.connectionsPerAddress,
      isTrustedProxy: trustedProxyTest(trustedProxies),
    }),
    api,
    page: undefined,
    fileServer: undefined,
    host: '127.0.0.1',
    port: 0,
    limits: defaultLimits,
    bounds,
    times: { ...defaultTimes, drainOverlapMs: 1, drainWindowMs: 1 },
    clock: systemClock,
    log,
    metrics,
  })
  const { port } = await gateway.start()
  const url = `ws://127.0.0.1:${port}/ws`

  const open = async (bytes = ''): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(bytes)
    return socket
  }
  let seenVerifications = 0
  /** Waits for the next verification. */
  const verification = (): Promise<Verification> =>
    until('a verification', () => {
      const next = verifications[seenVerifications]
      if (next !== undefined) seenVerifications += 1
      return next
    })
  const sessions = async (): Promise<number> => (await metrics.sessions.get()).values[0]?.value ?? 0

  return {
    url,
    lines,
    gateway,
    api,
    metrics,
    open,
    verification,
    apiUrl: (event: string) => `http://127.0.0.1:${port}/api/v1/${event}`,
    upgradeBytes: (more: Readonly<Record<string, string>> = {}) => upgradeHead(url, more),
    callBytes: (body: string, length = body.length) =>
      `POST /api/v1/get-users HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`,
    /** The present counts, by name. All are 0 without clients. */
    taken: async () => ({
      places: sessionCounts.size,
      binding: sessionCounts.binding,
      heldBuckets,
      sessions: await sessions(),
      openCalls,
    }),
    callsMade: () => callsMade,
    [Symbol.asyncDispose]: async () => {
      for (const resolve of pendingResults) resolve({ fault: 'token_invalid' })
      await gateway.drain()
      shared.stop()
    },
  }
}

export const nothingTaken = { places: 0, binding: 0, heldBuckets: 0, sessions: 0, openCalls: 0 }
