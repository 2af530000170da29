import type { SocketConstructor } from '../../shared/client/socket.ts'

/** WebSockets of Node's own, each to the next of these gateways, as a load balancer would. */
export const socketsInTurn = (urls: readonly string[], first = 0): SocketConstructor => {
  let turn = first
  return class extends WebSocket {
    constructor(_url: string, protocols: string[]) {
      super(urls[turn % urls.length] ?? '', protocols)
      turn += 1
    }
  }
}
