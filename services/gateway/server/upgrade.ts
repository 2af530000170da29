import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../../../shared/ports/clock.ts'
import type { Logger } from '../../../shared/runtime/observability/logger.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import type { Admission } from '../admission/admission.ts'
import type { AdmissionControl } from '../admission/admission-control.ts'
import type { Refused } from '../admission/refusals.ts'
import { refusalText } from '../admission/refusals.ts'

/**
 * Upgrades requests to WebSockets, or refuses them.
 *
 * Promises:  an admission is given back on every path: by the session once it
 *            is served, else when the connection closes, also if the client
 *            disconnects during the verification of its token. A refused
 *            connection is closed even if the client keeps its side open.
 *            Never rejects.
 */
export interface Upgrade {
  handle(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void>
  refuse(socket: Socket, refused: Refused): void
}

/** The parts of an upgrade. */
export interface UpgradeDeps {
  readonly admissionControl: Pick<AdmissionControl, 'admit'>
  readonly webSockets: Pick<WebSocketServer, 'handleUpgrade'>
  readonly isDraining: () => boolean
  /** Opens the session. The session gives back the admission when it ends. */
  readonly serve: (webSocket: WebSocket, socket: Socket, admission: Admission) => void
  readonly clock: Pick<Clock, 'after'>
  readonly log: Pick<Logger, 'debug' | 'error'>
  readonly metrics: Pick<Metrics, 'upgradesRefused'>
}

/** Time for a refused client to read the answer and close. */
const lingerMs = 1_000

const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?', 1)[0] ?? ''

export const createUpgrade = ({ admissionControl, webSockets, isDraining, serve, clock, log, metrics }: UpgradeDeps): Upgrade => {
  const refuse: Upgrade['refuse'] = (socket, refused) => {
    metrics.upgradesRefused.inc({ reason: refused.refusal })
    log.debug({ reason: refused.refusal }, 'upgrade refused')
    socket.end(refusalText(refused))
    if (socket.destroyed) return
    socket.resume()
    const timer = clock.after(lingerMs, () => socket.destroy())
    socket.once('close', () => timer.cancel())
  }

  const admit = async (request: IncomingMessage, socket: Socket, head: Buffer, onError: () => void): Promise<void> => {
    const entry = await admissionControl.admit(request)
    if ('refusal' in entry) return refuse(socket, entry)
    const { admission } = entry
    const giveBack = (): void => {
      admission.rateLimiter.release()
      admission.slot.leave()
    }
    // The client disconnected during the verification: `close` was emitted before any listener was attached.
    if (socket.destroyed) return giveBack()
    socket.on('close', giveBack)
    if (isDraining()) return refuse(socket, { refusal: 'draining' })
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      serve(webSocket, socket, admission)
      // The WebSocket handles errors now, and the session gives back the admission.
      socket.off('error', onError).off('close', giveBack)
    })
  }

  const handle: Upgrade['handle'] = async (request, socket, head) => {
    const destroy = (): void => void socket.destroy()
    socket.on('error', destroy)
    if (pathOf(request) !== '/ws') return refuse(socket, { refusal: 'not_found' })
    if (isDraining()) return refuse(socket, { refusal: 'draining' })
    try {
      await admit(request, socket, head, destroy)
    } catch (error) {
      log.error({ err: error }, 'upgrade failed')
      socket.destroy()
    }
  }

  return { handle, refuse }
}
