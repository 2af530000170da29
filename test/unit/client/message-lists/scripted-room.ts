import type { ScriptedSocket, SentFrame } from '../scripted-service.ts'
import { chatOf, me, room, userBody } from '../scripted-service.ts'
import type { ListQuery, ModelRoom } from './model-room.ts'

/** The most messages of a page, and the most frames of a replay, so that short runs reach both bounds. */
export const messagesPerPage = 3
export const framesPerReplay = 6

interface Pending {
  readonly request: SentFrame
  readonly body: object
}

interface ResumeBody {
  readonly rooms: Readonly<Record<string, number>>
}

/** The service as one client sees it: the order of frames, pages and losses is the test's. */
export interface ScriptedRoom {
  /** The client has a new socket: binds it, and replays what it has missed or reports that it is too much. */
  bind(socket: ScriptedSocket): void
  /** Sends the next frames of the feed. */
  deliver(count: number): void
  /** The next frames of the feed get lost. */
  lose(count: number): void
  /** Reads the pages that the client has requested; they are sent later. */
  read(): void
  /** Sends the oldest page that was read. Returns whether there was one. */
  answer(): boolean
  /** The service reports that the client may have forged frames. */
  reset(): void
  readonly isCaughtUp: boolean
}

export const createScriptedRoom = (model: ModelRoom, socketNow: () => ScriptedSocket): ScriptedRoom => {
  /** The last seq of the feed that was sent, or that got lost. */
  let sent = 0
  let pending: Pending[] = []

  const resumeAnswer = (id: string, { rooms }: ResumeBody): object => {
    const from = rooms[room]
    const { head } = model
    sent = head
    if (from === undefined) return { event: 'resume', id, body: { rooms: {}, others: { [room]: head }, epoch: 'e1' } }
    const isRecovered = head - from <= framesPerReplay
    const result = { seq: head, recovered: isRecovered, ...(isRecovered ? {} : { reason: 'too_many' }) }
    for (let seq = from + 1; isRecovered && seq <= head; seq += 1) socketNow().deliver(model.replayed(seq))
    return { event: 'resume', id, body: { rooms: { [room]: result }, epoch: 'e1' } }
  }

  const pageFor = ({ body }: SentFrame): object => {
    const { cursor, ...query } = body.query as ListQuery & { readonly cursor?: string }
    const range: ListQuery = { ...query, ...(cursor === undefined ? {} : (JSON.parse(cursor) as object)) }
    const limit = Math.min(range.limit ?? messagesPerPage, messagesPerPage)
    const messages = model.list({ ...range, limit }, me)
    const [first, last] = [messages[0], messages.at(-1)]
    const next = range.after === undefined ? { before: first?.seq } : { after: last?.seq }
    const hasMore = first !== undefined && model.list({ ...range, ...next, limit: 1 } as ListQuery, me).length > 0
    return { messages, as_of: model.head, ...(hasMore ? { next_cursor: JSON.stringify(next) } : {}) }
  }

  /** Answers what does not concern the order of frames and pages. */
  const answerOthers = (): void => {
    const socket = socketNow()
    for (const request of socket.sent.filter(({ event }) => event === 'list-chats' || event === 'resume')) {
      socket.sent.splice(socket.sent.indexOf(request), 1)
      if (request.event === 'list-chats') socket.answer(request, { chats: [{ ...chatOf(room), seq: model.head }] })
      else socket.deliver(resumeAnswer(request.id, request.body as unknown as ResumeBody))
    }
  }

  return {
    bind: (socket) => {
      pending = []
      socket.open()
      const request = socket.take('create-user')
      socket.answer(request, userBody)
      socket.deliver(resumeAnswer(request.id, request.body.resume as ResumeBody))
    },
    deliver: (count) => {
      const last = Math.min(sent + count, model.head)
      while (sent < last) {
        sent += 1
        socketNow().deliver(model.published(sent))
      }
    },
    lose: (count) => {
      sent = Math.min(sent + count, Math.max(sent, model.head - 1))
    },
    read: () => {
      answerOthers()
      const socket = socketNow()
      while (socket.sent.some(({ event }) => event === 'list-messages')) {
        const request = socket.take('list-messages')
        pending.push({ request, body: pageFor(request) })
      }
    },
    answer: () => {
      const [next, ...others] = pending
      pending = others
      if (next !== undefined) socketNow().answer(next.request, next.body)
      return next !== undefined
    },
    reset: () => {
      sent = model.head
      socketNow().deliver({ event: 'reset', body: { room, seq: model.head, reason: 'ahead' } })
    },
    get isCaughtUp() {
      return sent === model.head && pending.length === 0 && socketNow().sent.length === 0
    },
  }
}
