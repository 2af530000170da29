import { frameReader } from '../../support/load/frame-view.ts'
import type { ParsedFrame } from '../../support/load/parse-frame.ts'
import type { Dialect, Heard, Line } from './dialect.ts'

const ask = async (line: Line, event: string, body: object, more: object = {}): Promise<ParsedFrame> => {
  const id = `ask ${event}`
  line.send(JSON.stringify({ event, id, ...more, body }))
  const text = await line.answer((frame) => frame.startsWith(`{"id":"${id}"`))
  const frame = JSON.parse(text) as ParsedFrame
  if (frame.error !== undefined) throw new Error(`${event} was refused: ${frame.error.message}`)
  return frame
}

const letterI = 'i'.charCodeAt(0)

/** Whether the frame refuses a command. After `timeout` or `internal` the outcome is unknown. */
const isRefusal = (text: Buffer): boolean => {
  const { error } = JSON.parse(text.toString()) as ParsedFrame
  return error?.code === 'unavailable' || error?.code === 'rate_limited'
}

/** The protocol of the service. */
export const chatDialect: Dialect = {
  path: '/ws',
  greet: async (line, externalId) => {
    const { body } = await ask(line, 'create-user', { user: { externalUserId: externalId } })
    return (body as { user: { id: string } }).user.id
  },
  createdFrames: 1,
  createRoom: async (line, room, users) => {
    await ask(line, 'create-chat', { chat: { name: 'bench', id: room }, users: users.slice(0, 1_000) })
    for (let from = 1_000; from < users.length; from += 1_000)
      await ask(line, 'add-users', { users: users.slice(from, from + 1_000) }, { room })
  },
  message: (operation, room, id, msg) =>
    `{"event":"new-message","id":"${operation}","room":"${room}","body":{"msg":"${msg}","type":"text","id":"${id}"}}`,
  // Answers and confirmations begin with the request id.
  isPlain: (bytes, from) => bytes[from + 2] !== letterI,
  reader: (ids) => {
    const read = frameReader(ids)
    const heard: { -readonly [Name in keyof Heard]: Heard[Name] } = {
      kind: 'feed',
      isMessage: false,
      operation: 0,
      room: 0,
      seq: 0,
      intendedMs: 0,
      commonFrom: 0,
    }
    return (text) => {
      const view = read(text)
      const isRefused = view?.kind === 'error' && view.operation !== 0 && isRefusal(text)
      if (view === undefined || !(view.kind === 'feed' || isRefused)) return undefined
      heard.kind = isRefused ? 'refusal' : 'feed'
      heard.isMessage = view.event === 'new-message'
      heard.operation = view.operation
      heard.room = view.room
      heard.seq = view.seq
      heard.intendedMs = view.intendedMs
      heard.commonFrom = view.commonFrom
      return heard
    }
  },
}
