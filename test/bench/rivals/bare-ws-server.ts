/** The rival in B1 to B3: a `ws` server that calls `send` for one socket after the other. */
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { executeTasks } from '../../load/task-process/execute-tasks.ts'
import type { InjectTask } from '../injection/inject.ts'
import { createInjector } from '../injection/inject.ts'

type Task = { readonly do: 'listen' } | InjectTask

const inject = createInjector(1)
const byUser = new Map<string, WebSocket>()
const byRoom = new Map<string, readonly WebSocket[]>()

interface Request {
  readonly event: string
  readonly id: string
  readonly body: {
    readonly user?: { readonly externalUserId: string }
    readonly chat?: { readonly id: string }
    readonly users?: readonly string[]
  }
}

/** Binds the socket to a user, or creates a room; adds no members to a room that exists. */
const receive = (socket: WebSocket, { event, id, body: { user, chat, users = [] } }: Request): void => {
  const userId = user?.externalUserId
  if (userId !== undefined) byUser.set(userId, socket)
  const members = users.flatMap((name) => byUser.get(name) ?? [])
  if (chat !== undefined) byRoom.set(chat.id, members)
  const body = userId === undefined ? { id: chat?.id } : { user: { id: userId } }
  socket.send(JSON.stringify({ id, event, body }))
}

const listen = async (): Promise<{ readonly port: number }> => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  server.on('connection', (socket) => socket.on('message', (text) => receive(socket, JSON.parse(String(text)))))
  await new Promise((resolve) => server.once('listening', resolve))
  return { port: (server.address() as AddressInfo).port }
}

executeTasks<Task>((task) => {
  if (task.do === 'listen') return listen()
  return inject(task, ({ room, frame }) => {
    for (const socket of byRoom.get(room) ?? []) if (socket.readyState === WebSocket.OPEN) socket.send(frame)
  })
})
