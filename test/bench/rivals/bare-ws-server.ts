/** The rival in B1 to B3: a `ws` server that calls `send` for one socket after the other. */
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { takeOrders } from '../harness/take-orders.ts'
import type { InjectOrder } from '../injection/inject.ts'
import { createInjector } from '../injection/inject.ts'

type Order = { readonly do: 'listen' } | InjectOrder

const inject = createInjector(1)
const byUser = new Map<string, WebSocket>()
const byRoom = new Map<string, readonly WebSocket[]>()

interface Told {
  readonly user?: string
  readonly room?: string
  readonly users?: readonly string[]
}

const hear = (socket: WebSocket, { user, room, users = [] }: Told): void => {
  if (user !== undefined) byUser.set(user, socket)
  if (room !== undefined)
    byRoom.set(
      room,
      users.flatMap((name) => byUser.get(name) ?? []),
    )
  socket.send('{"id":"done"}')
}

const listen = async (): Promise<{ readonly port: number }> => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  server.on('connection', (socket) => socket.on('message', (text) => hear(socket, JSON.parse(String(text)))))
  await new Promise((resolve) => server.once('listening', resolve))
  return { port: (server.address() as AddressInfo).port }
}

takeOrders<Order>((order) => {
  if (order.do === 'listen') return listen()
  return inject(order, ({ room, frame }) => {
    for (const socket of byRoom.get(room) ?? []) if (socket.readyState === WebSocket.OPEN) socket.send(frame)
  })
})
