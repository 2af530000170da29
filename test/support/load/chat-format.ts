import { frameReader } from './frame-view.ts'
import type { ParsedFrame } from './parse-frame.ts'
import type { WireFormat } from './wire-format.ts'

const letterI = 'i'.charCodeAt(0)

/** The protocol of the service. */
export const chatFormat: WireFormat = {
  request: (id, event, body, room) =>
    `{"id":"${id}","event":"${event}",${room === undefined ? '' : `"room":"${room}",`}"body":${body}}`,
  reader: frameReader,
  parse: (text) => JSON.parse(text) as ParsedFrame,
  // Answers and confirmations begin with the request id.
  isPlain: (bytes, from) => bytes[from + 2] !== letterI,
  isOrdered: true,
  createdFrames: 1,
}
