import type { FrameView } from '../../support/load/frame-view.ts'
import { frameReader } from '../../support/load/frame-view.ts'
import type { ParsedFrame } from '../../support/load/parse-frame.ts'
import type { WireFormat } from '../../support/load/wire-format.ts'

/** The prefix of a Socket.IO event over Engine.IO; its argument is a frame of the service. */
const eventHead = '42["new-message",'
const digitTwo = '2'.charCodeAt(0)
const digitThree = '3'.charCodeAt(0)

/** Socket.IO numbers requests: operations have the even numbers, and other requests the odd ones. */
const numberOf = (id: string): number => (id.startsWith('q') ? 2 * Number(id.slice(1)) + 1 : 2 * Number(id))

/** An acknowledgement: `43`, the number of the request, the answer. */
const acknowledged = (text: Buffer): number => (text[1] === digitThree ? Number.parseInt(text.toString('latin1', 2, 20), 10) : 0)

const parse = (text: string): ParsedFrame => {
  const [, packet, number, json] = /^4([23])(\d*)(\[.*\])$/s.exec(text) ?? []
  if (json === undefined) return { event: 'other' }
  const [first, second] = JSON.parse(json) as [ParsedFrame?, ParsedFrame?]
  if (packet === '2') return second ?? { event: 'other' }
  return { event: 'other', ...first, id: `q${(Number(number) - 1) / 2}` }
}

const emptyView: FrameView = {
  kind: 'answer',
  event: 'none',
  operation: 0,
  room: 0,
  seq: 0,
  command: 0,
  intendedMs: 0,
  commonFrom: 0,
}

/** The protocol of Socket.IO: its server has the same work as with its own client. Confirmations are acknowledgements. */
export const socketIoFormat: WireFormat = {
  hello: '40',
  request: (id, event, body, room = '') => `42${numberOf(id)}["${event}","${room}",${body}]`,
  reader: (ids) => {
    const read = frameReader(ids)
    const answer = { ...emptyView }
    return (text) => {
      const number = acknowledged(text)
      if (number === 0) return read(text.subarray(eventHead.length))
      if (number % 2 === 1) return undefined
      answer.operation = number / 2
      return answer
    }
  },
  parse,
  isPlain: (bytes, from) => bytes[from + 1] === digitTwo,
  isOrdered: false,
  createdFrames: 0,
}
