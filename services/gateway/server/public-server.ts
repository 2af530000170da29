import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import type { Logger } from '../../../shared/runtime/observability/logger.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import { listen } from '../../../shared/runtime/process/listen.ts'
import type { Admission } from '../admission/admission.ts'
import type { AdmissionControl } from '../admission/admission-control.ts'
import { refusals } from '../admission/refusals.ts'
import { subprotocol } from '../admission/token-of.ts'
import type { GatewayCore } from '../gateway-core.ts'
import type { Session } from '../session/session.ts'
import { ConnectionMonitor } from './connection-monitor.ts'
import { drainSessions } from './drain.ts'
import type { HttpApi } from './http-api.ts'
import type { FileServer, RequestHandler } from './http-routes.ts'
import { createHttpRoutes } from './http-routes.ts'
import type { PeerConnections } from './peer-connections.ts'
import { SocketWire } from './socket-wire.ts'
import { createUpgrade } from './upgrade.ts'

/** The parts and settings of the public port. */
export interface PublicServerDeps {
  readonly gatewayCore: GatewayCore
  readonly admissionControl: AdmissionControl
  readonly peers: PeerConnections
  readonly api: HttpApi
  /** Serves the chat page; undefined: there is none. */
  readonly page: RequestHandler | undefined
  /** Answers uploads and downloads of files; undefined: another server does. */
  readonly fileServer: FileServer | undefined
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly limits: ProtocolLimits
  readonly bounds: Bounds
  readonly times: Times
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
}

/** The public port: WebSockets at `/ws`, requests at `/api/v1/`, the chat page at `/`, the protocol at `/asyncapi.json`. */
export interface PublicServer {
  /** Resolves with the port once connections are accepted. */
  start(): Promise<{ readonly port: number }>
  /** Refuses new sockets, hands over the open ones (1012), then closes the port. Idempotent. */
  drain(): Promise<void>
}

const checkEveryMs = 1_000
/** The time for a client to answer a close frame. */
const closeMs = 1_000
// An option of `ws` that is missing from its types.
const closing = { closeTimeout: closeMs }

export const createPublicServer = (deps: PublicServerDeps): PublicServer => {
  const { gatewayCore, admissionControl, peers, api, page, host, port, limits, bounds, times, clock, log, metrics } = deps
  const connections = new Set<ConnectionMonitor>()
  let isDraining = false
  let timer: Timer | undefined

  const answer = createHttpRoutes({
    limits,
    api,
    page,
    fileServer: deps.fileServer,
    acceptedOrigin: admissionControl.acceptedOrigin,
  })
  const server = createServer({ connectionsCheckingInterval: checkEveryMs }, answer)
  server.headersTimeout = times.headersMs
  // Uploads may take long while they make progress; the bodies of other requests have a time-out of their own.
  server.requestTimeout = deps.fileServer === undefined ? times.headersMs : 0
  // Turn off Node's silent header truncation: admission counts headers itself, and their bytes are bounded.
  server.maxHeadersCount = 0
  // A request may wait for its outcome, and its response for a slow client. ws removes the timeout of its sockets.
  server.timeout = times.commandDeadlineMs + times.stuckSocketMs
  // Includes connections that are not yet sockets, and those of HTTP requests.
  server.maxConnections = bounds.sessionsPerGateway + bounds.bindingSessions
  server.on('drop', () => metrics.connectionsRefused.inc({ reason: 'gateway_full' }))
  server.on('connection', (socket) => {
    if (peers.enter(socket)) return
    metrics.connectionsRefused.inc({ reason: 'address_full' })
    socket.destroy()
  })

  // Register all reasons at 0, so that Prometheus sees the first increment.
  for (const reason of Object.keys(refusals)) metrics.upgradesRefused.inc({ reason }, 0)

  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
    maxFragments: bounds.frameFragments,
    // A fragment may arrive in several chunks.
    maxBufferedChunks: 4 * bounds.frameFragments,
    autoPong: false,
    ...closing,
    // Other offered subprotocols are not repeated, because one may be a token.
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  })

  const reportViolation = (error: Error): void =>
    log.debug({ code: 'code' in error ? error.code : error.name }, 'protocol violation on a socket')

  const listenTo = (webSocket: WebSocket, session: Session, connection: ConnectionMonitor): void => {
    webSocket.on('message', (frame, isBinary) => {
      metrics.frames.inc({ direction: 'in' })
      connection.received()
      // A binary frame is handled as an empty text, which is refused.
      session.receive(isBinary ? '' : frame.toString())
      // Stop reading from a client whose send queue is full.
      if (session.sendQueue.isFull()) webSocket.pause()
    })
    webSocket.on('error', reportViolation)
    webSocket.on('close', () => {
      connections.delete(connection)
      metrics.sessions.dec()
      session.ended()
    })
  }

  const serve = (webSocket: WebSocket, socket: Socket, admission: Admission): void => {
    socket.setNoDelay(true)
    const wire = new SocketWire(webSocket, socket, () => {
      session.drained()
      if (webSocket.readyState === webSocket.OPEN) webSocket.resume()
    })
    const session: Session = gatewayCore.open(wire, admission)
    const connection = new ConnectionMonitor({
      webSocket,
      socket,
      session,
      isService: admission.principal.isService,
      rateLimiter: admission.rateLimiter,
      times,
      nowMs: clock.monotonicMs(),
    })
    peers.becameSession(socket)
    connections.add(connection)
    metrics.sessions.inc()
    listenTo(webSocket, session, connection)
  }

  const upgrade = createUpgrade({ admissionControl, webSockets, isDraining: () => isDraining, serve, clock, log, metrics })
  webSockets.on('wsClientError', (_error, socket) => upgrade.refuse(socket as Socket, { refusal: 'malformed' }))
  server.on('upgrade', (request, socket: Socket, head) => void upgrade.handle(request, socket, head))

  const checkAll = (): void => {
    const now = clock.monotonicMs()
    for (const connection of connections) connection.check(now)
    timer = clock.after(checkEveryMs, checkAll)
  }

  const closePort = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeIdleConnections()
      clock.after(closeMs, () => {
        for (const connection of connections) connection.terminate()
      })
    })

  const drainOnce = async (): Promise<void> => {
    isDraining = true
    await Promise.all([drainSessions([...gatewayCore.sessions()], clock, times), api.drain()])
    timer?.cancel()
    gatewayCore.stop()
    await closePort()
  }
  let drained: Promise<void> | undefined

  return {
    start: async () => {
      const listening = await listen(server, host, port, 'PORT')
      checkAll()
      return listening
    },
    drain: () => {
      drained ??= drainOnce()
      return drained
    },
  }
}
