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
import type { Connection } from './connection-monitor.ts'
import { watchConnection, wireOf } from './connection-monitor.ts'
import { drainSessions } from './drain.ts'
import type { Api } from './http-api.ts'
import type { Answerer } from './http-routes.ts'
import { answerRequests } from './http-routes.ts'
import type { PeerConnections } from './peer-connections.ts'
import { createUpgrade } from './upgrade.ts'

export interface GatewayOptions {
  readonly gatewayCore: GatewayCore
  readonly admissionControl: AdmissionControl
  readonly peers: PeerConnections
  readonly api: Api
  /** Serves the chat page; undefined: there is none. */
  readonly page: Answerer | undefined
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly limits: ProtocolLimits
  readonly bounds: Bounds
  readonly times: Times
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
}

/** The public port: WebSockets at `/ws`, requests at `/api/v1/`, the chat page at `/`, the protocol at `/asyncapi.json`. */
export interface Gateway {
  /** Resolves with the port once connections are accepted. */
  start(): Promise<{ readonly port: number }>
  /** Refuses new sockets, hands over those there are (1012), then closes the port. Idempotent. */
  drain(): Promise<void>
}

const checkEveryMs = 1_000
/** For the other side to answer a close. */
const closeMs = 1_000
// An option of `ws` that its types leave out.
const closing = { closeTimeout: closeMs }

export const createGateway = (options: GatewayOptions): Gateway => {
  const { gatewayCore, admissionControl, peers, api, page, host, port, limits, bounds, times, clock, log, metrics } = options
  const connections = new Set<Connection>()
  let isDraining = false
  let timer: Timer | undefined

  const answer = answerRequests({ limits, api, page })
  const server = createServer({ connectionsCheckingInterval: checkEveryMs }, answer)
  server.headersTimeout = times.headersMs
  server.requestTimeout = times.headersMs
  // What comes after a certain number would be left out unseen; the door counts them, and their bytes have a bound.
  server.maxHeadersCount = 0
  // A request may wait this long for its outcome, and then for a client that does not read it. ws lifts this for its sockets.
  server.timeout = times.commandDeadlineMs + times.stuckSocketMs
  // Besides sockets, those that are on their way to be one, and those that ask for pages.
  server.maxConnections = bounds.sessionsPerGateway + bounds.bindingSessions
  server.on('drop', () => metrics.connectionsRefused.inc({ reason: 'gateway_full' }))
  server.on('connection', (socket) => {
    if (peers.enter(socket)) return
    metrics.connectionsRefused.inc({ reason: 'address_full' })
    socket.destroy()
  })

  // There before their first time, which could not be told otherwise.
  for (const reason of Object.keys(refusals)) metrics.upgradesRefused.inc({ reason }, 0)

  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
    maxFragments: bounds.frameFragments,
    // A fragment may come in pieces of its own.
    maxBufferedChunks: 4 * bounds.frameFragments,
    autoPong: false,
    ...closing,
    // Whatever else was offered, a token it may be, is not repeated.
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  })

  const tellViolation = (error: Error): void =>
    log.debug({ code: 'code' in error ? error.code : error.name }, 'socket violated the protocol')

  const serve = (webSocket: WebSocket, socket: Socket, admission: Admission): void => {
    socket.setNoDelay(true)
    const session: Session = gatewayCore.open(
      wireOf(webSocket, socket, () => {
        session.drained()
        if (webSocket.readyState === webSocket.OPEN) webSocket.resume()
      }),
      admission,
    )
    const connection = watchConnection({
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
    webSocket.on('message', (frame, isBinary) => {
      metrics.frames.inc({ direction: 'in' })
      connection.heard()
      // A binary frame is read as an empty text, and refused as one.
      session.receive(isBinary ? '' : frame.toString())
      // Who does not take its answers is not asked for more questions.
      if (session.sendQueue.isFull()) webSocket.pause()
    })
    webSocket.on('error', tellViolation)
    webSocket.on('close', () => {
      connections.delete(connection)
      metrics.sessions.dec()
      session.ended()
    })
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
