import fc from 'fast-check'
import murmur2 from 'kafkajs/src/producer/partitioners/default/murmur2.js'
import Encoder from 'kafkajs/src/protocol/encoder.js'
import { describe, expect, it } from 'vitest'
import { encodeVarintsInPlace } from '../../../../infra/kafka/kafkajs-patches/varints.ts'
import { partitionOf } from '../../../../infra/kafka/producer/partitioner.ts'

describe('partitionOf', () => {
  it('computes the same partition of a key as the murmur2 of kafkajs', () => {
    const key = fc.oneof(fc.uuid(), fc.string({ unit: 'binary' }), fc.uint8Array().map(Buffer.from))
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 10_000 }), (some, partitions) => {
        expect(partitionOf(some, partitions)).toBe((murmur2(some) & 0x7fffffff) % partitions)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('the varints of a record', () => {
  /** The unpatched methods. */
  const { writeVarInt, writeUVarInt, writeVarLong } = Encoder.prototype
  const { sizeOfVarLong } = Encoder

  const written = (write: (encoder: Encoder) => void): string => {
    const encoder = new Encoder()
    write(encoder)
    return encoder.buffer.toString('hex')
  }
  const driverVarInt = (value: number): string => {
    Encoder.prototype.writeUVarInt = writeUVarInt
    return written((encoder) => writeVarInt.call(encoder, value))
  }
  const driverVarLong = (value: number): string => {
    Encoder.prototype.writeUVarInt = writeUVarInt
    return written((encoder) => writeVarLong.call(encoder, value))
  }
  const ours = (write: (encoder: Encoder) => void): string => {
    encodeVarintsInPlace()
    return written(write)
  }
  const integer = fc.integer()
  const safe = fc.maxSafeInteger()

  it('are encoded to the same bytes with the patch as without it', () => {
    fc.assert(
      fc.property(integer, (value) => {
        expect(ours((encoder) => encoder.writeVarInt(value))).toBe(driverVarInt(value))
      }),
    )
    fc.assert(
      fc.property(fc.oneof(safe, integer, fc.integer({ min: -70, max: 70 })), (value) => {
        expect(ours((encoder) => encoder.writeVarLong(value))).toBe(driverVarLong(value))
        expect(Encoder.sizeOfVarLong(value)).toBe(sizeOfVarLong.call(Encoder, value))
      }),
    )
  })
})
