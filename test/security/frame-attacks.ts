import { clientFrame } from '../support/client/raw-socket.ts'

/** Bytes that violate the WebSocket protocol, and the close code that answers them. */
export interface FrameAttack {
  readonly what: string
  readonly bytes: () => Iterable<Buffer>
  readonly code: number
}

const one = (...of: Parameters<typeof clientFrame>) => [clientFrame(...of)]

const fragments = function* (count: number, payload: string): Generator<Buffer> {
  yield clientFrame(payload, { fin: false })
  const next = clientFrame(payload, { fin: false, opcode: 0 })
  const many = Buffer.concat(Array.from({ length: 1_000 }, () => next))
  for (let sent = 0; sent < count; sent += 1_000) yield many
}

const closing = (code: number, reason = ''): Buffer => {
  const payload = Buffer.alloc(2)
  payload.writeUInt16BE(code)
  return Buffer.concat([payload, Buffer.from(reason)])
}

export const frameAttacks: readonly FrameAttack[] = [
  { what: 'a frame of 96 KiB and a byte', bytes: () => one('x'.repeat(98_305)), code: 1009 },
  { what: 'a header with a length of 1 GiB', bytes: () => one('', { length: 2n ** 30n }), code: 1009 },
  { what: 'a header with a length of 2^63', bytes: () => one('', { length: 2n ** 63n }), code: 1009 },
  {
    what: 'fragments that together exceed the limit of a frame',
    bytes: () => [clientFrame('x'.repeat(60_000), { fin: false }), clientFrame('x'.repeat(60_000), { fin: false, opcode: 0 })],
    code: 1009,
  },
  { what: '200,000 empty fragments', bytes: () => fragments(200_000, ''), code: 1008 },
  { what: '200,000 fragments of a byte', bytes: () => fragments(200_000, 'x'), code: 1008 },
  { what: 'a reserved bit', bytes: () => one('{}', { rsv: 2 }), code: 1002 },
  { what: 'compression that was not agreed on', bytes: () => one('{}', { rsv: 4 }), code: 1002 },
  { what: 'a reserved opcode', bytes: () => one('{}', { opcode: 3 }), code: 1002 },
  { what: 'a reserved control opcode', bytes: () => one('', { opcode: 11 }), code: 1002 },
  { what: 'a frame without a mask', bytes: () => one('{}', { isMasked: false }), code: 1002 },
  { what: 'a ping of 126 bytes', bytes: () => one('x'.repeat(126), { opcode: 9 }), code: 1002 },
  { what: 'a ping in fragments', bytes: () => one('x', { opcode: 9, fin: false }), code: 1002 },
  { what: 'a continuation without a first fragment', bytes: () => one('x', { opcode: 0 }), code: 1002 },
  { what: 'a message within a message', bytes: () => [clientFrame('{', { fin: false }), clientFrame('{}')], code: 1002 },
  { what: 'a close of one byte', bytes: () => one(Buffer.from([3]), { opcode: 8 }), code: 1002 },
  { what: 'a close with a reserved code', bytes: () => one(closing(1005), { opcode: 8 }), code: 1002 },
  { what: 'a close with a code out of range', bytes: () => one(closing(999), { opcode: 8 }), code: 1002 },
  { what: 'a close with a reason that is not UTF-8', bytes: () => one(Buffer.from([3, 232, 255]), { opcode: 8 }), code: 1007 },
  { what: 'text that is not UTF-8', bytes: () => one(Buffer.from([0xff, 0xfe])), code: 1007 },
  { what: 'an encoded surrogate', bytes: () => one(Buffer.from([0xed, 0xa0, 0x80])), code: 1007 },
  { what: 'an overlong encoding', bytes: () => one(Buffer.from([0xc0, 0xaf])), code: 1007 },
  {
    what: 'a character that fragments leave unfinished',
    bytes: () => [clientFrame(Buffer.from([0xe2, 0x82]), { fin: false }), clientFrame(Buffer.from([0x41]), { opcode: 0 })],
    code: 1007,
  },
]
