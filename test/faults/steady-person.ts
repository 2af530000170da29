import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChatSocket, FeedFrame, Frame } from '../support/client/chat-socket.ts'
import { isFeedFrame, openSocket } from '../support/client/chat-socket.ts'

/**
 * A client that follows the rules of the protocol: it reconnects to the next
 * gateway when its socket closes, resumes, and retries a message under its id
 * until it is stored or gets a final error.
 */
export interface SteadyPerson extends AsyncDisposable {
  readonly id: string
  /** The feed frames of all its sockets in order of arrival, with duplicates. */
  readonly feed: readonly FeedFrame[]
  /** The codes of final errors. */
  readonly refusals: readonly string[]
  readonly closes: readonly number[]
  say(room: string, msg: string): Promise<void>
  createChat(name: string, others: readonly string[]): Promise<string>
  stop(): void
}

const lastSeqs = (feed: readonly FeedFrame[]): Record<string, number> =>
  Object.fromEntries(feed.map(({ room, seq }) => [room, seq]))

export const steadyPerson = async (urls: readonly string[], externalUserId: string): Promise<SteadyPerson> => {
  const feed: FeedFrame[] = []
  const refusals: string[] = []
  const closes: number[] = []
  let place = Math.floor(Math.random() * urls.length)
  let current: ChatSocket | undefined
  let id = ''
  let isStopped = false

  const takeFeed = (socket: ChatSocket): void => {
    feed.push(...socket.frames.filter(isFeedFrame))
  }

  const connectOnce = async (): Promise<ChatSocket> => {
    place += 1
    const socket = await openSocket(urls[place % urls.length] ?? '')
    const rooms = lastSeqs(feed)
    const answer = await socket.request('create-user', { user: { externalUserId }, resume: { rooms } })
    if (answer.error !== undefined) throw new Error(answer.error.code)
    const { user } = answer.body as { user: { id: string } }
    id = user.id
    return socket
  }

  const connect = async (): Promise<void> => {
    for (;;) {
      try {
        const socket = await connectOnce()
        current = socket
        void socket.closed.then(({ code }) => {
          closes.push(code)
          takeFeed(socket)
          current = undefined
          if (!isStopped) void connect()
        })
        return
      } catch {
        if (isStopped) return
        await sleep(50 + Math.random() * 100)
      }
    }
  }

  /** Undefined: the outcome is unknown; retry. */
  const ask = async (event: string, body: unknown, room?: string): Promise<Frame | undefined> => {
    const socket = current
    if (socket === undefined) {
      await sleep(20)
      return undefined
    }
    const answer = await Promise.race([
      socket.request(event, body, room === undefined ? {} : { room }),
      socket.closed.then(() => undefined),
    ])
    if (answer?.error?.retryable === true) {
      await sleep(50)
      return undefined
    }
    return answer
  }

  const untilSettled = async (event: string, body: unknown, room?: string): Promise<Frame> => {
    for (;;) {
      const answer = await ask(event, body, room)
      if (answer?.error !== undefined) refusals.push(answer.error.code)
      if (answer !== undefined) return answer
    }
  }

  await connect()
  return {
    get id() {
      return id
    },
    get feed() {
      return current === undefined ? feed : [...feed, ...current.frames.filter(isFeedFrame)]
    },
    refusals,
    closes,
    say: async (room, msg) => void (await untilSettled('new-message', { msg, type: 'text', id: randomUUID() }, room)),
    createChat: async (name, users) => {
      const room = randomUUID()
      await untilSettled('create-chat', { chat: { name, id: room }, users })
      return room
    },
    stop: () => {
      isStopped = true
    },
    [Symbol.asyncDispose]: async () => {
      isStopped = true
      await current?.[Symbol.asyncDispose]()
    },
  }
}
