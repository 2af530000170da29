import { randomUUID } from 'node:crypto'
import type { ChatSocket, FeedFrame, Frame } from './chat-socket.ts'
import { openSocket } from './chat-socket.ts'

/** A user on one bound socket, with the requests of the protocol as methods, which throw on an error. */
export interface Person extends AsyncDisposable {
  readonly socket: ChatSocket
  /** The external id. */
  readonly name: string
  readonly id: string
  createChat(name: string, others: readonly string[], id?: string): Promise<FeedFrame>
  say(room: string, msg: string, id?: string): Promise<Frame>
  addUsers(room: string, users: readonly string[]): Promise<Frame>
  removeUsers(room: string, users: readonly string[]): Promise<Frame>
  /** All messages of the room, page by page. */
  history(room: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Resolves when this socket received the room up to that seq, with its whole feed of the room. */
  feedTo(room: string, seq: number): Promise<readonly FeedFrame[]>
}

const accepted = (frame: Frame): Frame => {
  if (frame.error !== undefined) throw new Error(`${frame.event} was refused: ${frame.error.code}: ${frame.error.message}`)
  return frame
}

/** The id of the chat that was created. A confirmation that is an answer has it only in its body. */
export const createdRoom = (frame: Frame): string => (accepted(frame).body as { chat: { id: string } }).chat.id

/** A new external id. */
export const freshName = (name = 'user'): string => `${name}-${randomUUID()}`

export const personOn = async (
  url: string,
  externalUserId: string,
  resume?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Person> => {
  const socket = await openSocket(url, headers)
  const body = { user: { externalUserId }, ...(resume === undefined ? {} : { resume }) }
  const { body: bound = {} } = accepted(await socket.request('create-user', body))
  const { id } = bound.user as { id: string }

  const history = async (room: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const messages: Readonly<Record<string, unknown>>[] = []
    for (let after = 0; ; ) {
      const answer = accepted(await socket.request('list-messages', { chat: { id: room }, query: { after, limit: 200 } }))
      const page = (answer.body?.messages ?? []) as { seq: number }[]
      messages.push(...(page as unknown as Readonly<Record<string, unknown>>[]))
      const last = page.at(-1)
      if (last === undefined || answer.body?.next_cursor === undefined) return messages
      after = last.seq
    }
  }

  return {
    socket,
    name: externalUserId,
    id,
    createChat: async (name, others, chatId) => {
      const chat = { name, ...(chatId === undefined ? {} : { id: chatId }) }
      const frame = await socket.request('create-chat', { chat, users: [id, ...others] })
      return { ...frame, room: createdRoom(frame) } as FeedFrame
    },
    say: async (room, msg, messageId) =>
      accepted(
        await socket.request(
          'new-message',
          { msg, type: 'text', ...(messageId === undefined ? {} : { id: messageId }) },
          { room },
        ),
      ),
    addUsers: async (room, users) => accepted(await socket.request('add-users', { users }, { room })),
    removeUsers: async (room, users) => accepted(await socket.request('remove-users', { users }, { room })),
    history,
    feedTo: async (room, seq) => {
      await socket.seen(`seq ${seq} of ${room}`, (frame) => frame.room === room && frame.seq === seq)
      return socket.feed(room)
    },
    [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
  }
}
