import type { Session } from '../../../../services/gateway/session/session.ts'
import { openAdmission } from '../../../support/open-admission.ts'
import type { Received, SimulatedSocket } from './simulated-socket.ts'
import { simulatedSocket } from './simulated-socket.ts'
import type { SimulatedWorld } from './simulated-world.ts'

/** A session on one of the gateways, and the client's side of its socket. */
export interface OpenSession {
  readonly socket: SimulatedSocket
  readonly session: Session
}

/** Connects to a random gateway; the socket has one of the paces. */
export const openSession = (
  { clock, random, gateways }: SimulatedWorld,
  pacesMs: readonly number[],
  onFrame: (frame: Received) => void,
): OpenSession => {
  const gateway = random.pick(gateways)
  const socket = simulatedSocket(
    clock,
    random,
    { drained: () => session.drained(), closed: () => session.ended(), frame: onFrame },
    random.pick(pacesMs),
  )
  const session = gateway.gatewayCore.open(socket.wire, openAdmission)
  gateway.sockets.add(socket)
  return { socket, session }
}
