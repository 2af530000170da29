/** The rival in B8: a `ws` server that answers the load from one array, without users, store or checks. */
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import { feedFrameText, withRequestId } from '../../../shared/frames/room-event-frame.ts'
import { listen } from '../../../shared/runtime/process/listen.ts'
import { executeTasks } from '../../load/task-process/execute-tasks.ts'

interface Request {
  readonly event: string
  readonly id: string
  readonly body: {
    readonly user?: { readonly externalUserId: string }
    readonly resume?: { readonly rooms: Readonly<Record<string, number>> }
    readonly chat?: { readonly id: string }
    readonly id?: string
    readonly msg?: string
  }
}

const at = '2026-01-01T00:00:00.000Z'
const userId = '00000000-0000-4000-8000-000000000001'
const frames: string[] = []
const members = new Set<WebSocket>()
let room = ''

/** Replays missed events, answers, and subscribes the socket to later ones. */
const resume = (socket: WebSocket, seen: number | undefined): void => {
  const seq = frames.length
  for (const frame of seen === undefined ? [] : frames.slice(seen)) socket.send(frame)
  const positions = seen === undefined ? { rooms: {}, others: { [room]: seq } } : { rooms: { [room]: { seq, recovered: true } } }
  socket.send(JSON.stringify({ event: 'resume', body: { ...positions, epoch: 'bare' } }))
  members.add(socket)
}

const bind = (socket: WebSocket, { id, body }: Request): void => {
  const user = { id: userId, externalUserId: body.user?.externalUserId }
  socket.send(JSON.stringify({ id, event: 'create-user', body: { user } }))
  if (body.resume !== undefined) resume(socket, body.resume.rooms[room])
}

/** Appends an event and sends it to the members; to its sender as an answer. */
const append = (socket: WebSocket, { event, id, body }: Request): void => {
  const message = { id: body.id, msg: body.msg, type: 'text', user_id: userId, created_at: at, modified_at: at }
  const frame = feedFrameText(event as 'new-message', room, frames.length + 1, JSON.stringify(message))
  frames.push(frame)
  for (const member of members) if (member !== socket) member.send(frame)
  socket.send(withRequestId(frame, id))
}

const receive = (socket: WebSocket, data: RawData): void => {
  const request = JSON.parse(data.toString()) as Request
  if (request.event === 'create-user') return bind(socket, request)
  if (request.event === 'create-chat') room = request.body.chat?.id ?? ''
  append(socket, request)
}

executeTasks<{ readonly do: 'listen' }>(() => {
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false })
  const server = createServer()
  server.on('upgrade', (request, stream: Socket, head) =>
    webSockets.handleUpgrade(request, stream, head, (socket) => {
      stream.setNoDelay(true)
      socket.on('message', (data) => receive(socket, data))
      socket.on('error', () => {})
      socket.on('close', () => members.delete(socket))
    }),
  )
  return listen(server, '127.0.0.1', 0, 'PORT')
})
