/**
 * The rival in B4: Socket.IO as its documentation describes it, in two processes
 * with the Redis adapter; each message is inserted into Postgres before it is
 * emitted. No order among members, no history, no repair.
 */
import { createServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-adapter'
import { Redis } from 'ioredis'
import pg from 'pg'
import { Server } from 'socket.io'
import { executeTasks } from '../../load/task-process/execute-tasks.ts'
import type { InjectTask } from '../injection/inject.ts'
import { createInjector } from '../injection/inject.ts'

export interface ListenTask {
  readonly do: 'listen'
  /** Undefined: messages are injected, and the server accepts none. */
  readonly databaseUrl?: string
  readonly redisUrl: string
}

export type SocketIoTask = ListenTask | InjectTask

interface NewUser {
  readonly user: { readonly externalUserId: string }
}

interface NewChat {
  readonly chat: { readonly id: string }
  readonly users: readonly string[]
}

interface NewMessage {
  readonly id: string
  readonly msg: string
  readonly type: string
}

const insert = `insert into bench_message (room, id, user_id, msg, type, created_at)
  values ($1, $2, $3, $4, $5, $6) returning seq`

const inject = createInjector(1)
let io: Server | undefined

const listen = async ({ databaseUrl, redisUrl }: ListenTask): Promise<{ readonly port: number }> => {
  const pool = new pg.Pool(databaseUrl === undefined ? {} : { connectionString: databaseUrl, max: 10 })
  const server = createServer()
  const publisher = new Redis(redisUrl)
  const opened = new Server(server, {
    adapter: createAdapter(publisher, publisher.duplicate()),
    transports: ['websocket'],
    perMessageDeflate: false,
    // Effectively disables pings, which the load does not answer.
    pingInterval: 3_600_000,
  })
  io = opened
  opened.on('connection', (socket) => {
    let user = ''
    socket.on('create-user', async (_room: string, body: NewUser, done: (frame: object) => void) => {
      user = body.user.externalUserId
      await socket.join(`user ${user}`)
      done({ event: 'create-user', body: { user: { id: user } } })
    })
    socket.on('create-chat', (_room: string, { chat, users }: NewChat, done: () => void) => {
      opened.in(users.map((name) => `user ${name}`)).socketsJoin(chat.id)
      setTimeout(done, 100)
    })
    socket.on('new-message', async (room: string, { id, msg, type }: NewMessage, done: () => void) => {
      const at = new Date().toISOString()
      const { rows } = await pool.query({ name: 'insert', text: insert, values: [room, id, user, msg, type, at] })
      const body = { id, msg, type, user_id: user, created_at: at, modified_at: at }
      opened.to(room).emit('new-message', { event: 'new-message', room, seq: Number(rows[0].seq), body })
      done()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0 }
}

executeTasks<SocketIoTask>((task) => {
  if (task.do === 'listen') return listen(task)
  return inject(task, ({ room, frame }) => void io?.to(room).emit('new-message', JSON.parse(frame)))
})
