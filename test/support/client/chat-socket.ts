import { once } from 'node:events'
import { WebSocket } from 'ws'
import { serverFrame } from '../../../shared/protocol/answers.ts'
import { until } from '../poll.ts'

export interface Frame {
  readonly event: string
  readonly id?: string
  readonly room?: string
  readonly seq?: number
  readonly body?: Readonly<Record<string, unknown>>
  readonly error?: {
    readonly code: string
    readonly message: string
    readonly retryable: boolean
    readonly retry_after_ms?: number
    readonly details?: Readonly<Record<string, unknown>>
  }
}

export interface FeedFrame extends Frame {
  readonly room: string
  readonly seq: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface RequestMore {
  readonly room?: string
  readonly as?: string
}

/**
 * A minimal client: sends given texts and keeps every frame, which is validated
 * against the schemas of the protocol.
 */
export interface ChatSocket extends AsyncDisposable {
  readonly frames: readonly Frame[]
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  sendText(text: string): void
  /** Sends a request with a new id and resolves with its answer, which may be an error. */
  request(event: string, body: unknown, more?: RequestMore): Promise<Frame>
  /** The frames of a room's feed, in the order of their arrival. */
  feed(room: string): readonly FeedFrame[]
  /** Waits for a frame; a frame that was received before also counts. */
  seen(what: string, isIt: (frame: Frame) => boolean): Promise<Frame>
}

const backoff = { withinMs: 20_000, everyMs: 5 }

export const isFeedFrame = (frame: Frame): frame is FeedFrame => frame.seq !== undefined

export const openSocket = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<ChatSocket> => {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false })
  const frames: Frame[] = []
  const malformed: string[] = []
  let asked = 0

  socket.on('message', (data) => {
    const text = data.toString()
    const value: unknown = JSON.parse(text)
    if (!serverFrame.safeParse(value).success) malformed.push(text)
    frames.push(value as Frame)
  })
  const closed = once(socket, 'close').then(([code, reason]) => ({ code: code as number, reason: String(reason) }))
  closed.catch(() => {})
  await once(socket, 'open')

  const seen = (what: string, isIt: (frame: Frame) => boolean): Promise<Frame> =>
    until(
      what,
      () => {
        if (malformed.length > 0) throw new Error(`not a frame of the protocol: ${malformed[0]}`)
        return frames.find(isIt)
      },
      backoff,
    )

  return {
    frames,
    closed,
    sendText: (text) => socket.send(text),
    request: (event, body, more = {}) => {
      asked += 1
      const id = `r${asked}`
      socket.send(JSON.stringify({ event, id, ...more, body }))
      return seen(`what settles ${event} ${id}`, (frame) => frame.id === id)
    },
    feed: (room) => frames.filter(isFeedFrame).filter((frame) => frame.room === room),
    seen,
    [Symbol.asyncDispose]: async () => {
      socket.terminate()
      await closed
    },
  }
}
