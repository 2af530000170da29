import { frameReader } from '../../support/load/frame-view.ts'
import type { Dialect, Heard } from './dialect.ts'

/** The prefix of a Socket.IO event over Engine.IO; its argument is a frame of the service. */
const eventHead = '42["new-message",'
const digitThree = '3'.charCodeAt(0)
const firstOperation = 100

/** An acknowledgement: `43`, the number of the request, the answer. */
const ackOf = (text: Buffer): number => (text[1] === digitThree ? Number.parseInt(text.toString('latin1', 2, 20), 10) : 0)

/** The protocol of Socket.IO: its server has the same work as with its own client. Confirmations are acknowledgements. */
export const socketIoDialect: Dialect = {
  path: '/socket.io/?EIO=4&transport=websocket',
  greet: async (line, externalId) => {
    line.send('40')
    await line.answer((text) => text.startsWith('40'))
    line.send(`421${JSON.stringify(['create-user', externalId])}`)
    await line.answer((text) => text.startsWith('431'))
    return externalId
  },
  createdFrames: 0,
  createRoom: async (line, room, users) => {
    line.send(`422${JSON.stringify(['create-chat', room, users])}`)
    await line.answer((text) => text.startsWith('432'))
  },
  message: (operation, room, id, msg) =>
    `42${operation + firstOperation}${JSON.stringify(['new-message', room, { id, msg, type: 'text' }])}`,
  isPlain: (bytes, from) => bytes[from + 1] === 0x32,
  reader: (ids) => {
    const read = frameReader(ids)
    const heard = { kind: 'feed' as Heard['kind'], isMessage: true, operation: 0, room: 0, seq: 0, intendedMs: 0, commonFrom: 0 }
    return (text) => {
      heard.operation = Math.max(0, ackOf(text) - firstOperation)
      heard.kind = heard.operation > 0 ? 'confirmation' : 'feed'
      heard.isMessage = heard.kind === 'feed'
      if (heard.kind === 'confirmation') return heard
      const view = read(text.subarray(eventHead.length))
      if (view?.kind !== 'feed') return undefined
      heard.room = view.room
      heard.intendedMs = view.intendedMs
      // Its members see different orders, so that bytes cannot be compared.
      heard.commonFrom = text.length
      return heard
    }
  },
}
