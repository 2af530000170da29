import type { SocketConstructor } from '../../shared/client/socket.ts'

/** WebSocket classes of Node that connect to these gateways in turn, like a load balancer. */
export const socketsInTurn = (urls: readonly string[], first = 0): SocketConstructor => {
  let turn = first
  return class extends WebSocket {
    constructor(_url: string, protocols: string[]) {
      super(urls[turn % urls.length] ?? '', protocols)
      turn += 1
    }
  }
}
