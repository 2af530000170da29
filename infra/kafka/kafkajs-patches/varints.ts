import Encoder from 'kafkajs/src/protocol/encoder.js'

const asByte = (bits: number): number => (bits << 24) >> 24

/** Seven bits a byte, lowest first, without a buffer of their own for each number. */
function writeUVarInt(this: Encoder, value: number): Encoder {
  let left = value
  while ((left & ~0x7f) !== 0) {
    this.writeInt8(asByte(left | 0x80))
    left >>>= 7
  }
  return this.writeInt8(left)
}

const { writeVarLong, sizeOfVarLong } = { writeVarLong: Encoder.prototype.writeVarLong, sizeOfVarLong: Encoder.sizeOfVarLong }

/** Which a 32-bit varint holds, sign and all. */
const isSmall = (value: unknown): value is number =>
  typeof value === 'number' && (value | 0) === value && Math.abs(value) < 2 ** 30

/**
 * A record is made of a dozen numbers of one byte or two. The driver makes a
 * buffer for each, and objects of 64 bits for timestamps that are differences
 * of nought; a fifth of the time of a produce went into that. To be called
 * before use, for all clients of this process; may be called again.
 */
export const encodeVarintsInPlace = (): void => {
  Encoder.prototype.writeUVarInt = writeUVarInt
  Encoder.prototype.writeVarLong = function writeShortVarLong(this: Encoder, value: unknown): Encoder {
    return isSmall(value) ? this.writeVarInt(value) : writeVarLong.call(this, value)
  }
  Encoder.sizeOfVarLong = (value) => (isSmall(value) ? Encoder.sizeOfVarInt(value) : sizeOfVarLong.call(Encoder, value))
}
