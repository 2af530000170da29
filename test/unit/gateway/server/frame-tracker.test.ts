import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameTracker } from '../../../../services/gateway/server/frame-tracker.ts'
import { clientFrame } from '../../../support/client/raw-socket.ts'

const message = (length: number): Buffer => clientFrame('x'.repeat(length))

const inPieces = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const pieces: Buffer[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}

describe('The frame tracker', () => {
  it('finds the end of complete messages, however their bytes are split', () => {
    const lengths = fc.array(fc.constantFrom(0, 1, 125, 126, 200, 65_535, 65_536), { minLength: 1, maxLength: 5 })
    const sizes = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(lengths, sizes, (ofMessages, ofPieces) => {
        const tracker = new FrameTracker()
        for (const piece of inPieces(Buffer.concat(ofMessages.map(message)), ofPieces)) tracker.read(piece)
        expect([tracker.isUnfinished, tracker.finished]).toEqual([false, ofMessages.length])
      }),
    )
  })

  it('reports an unfinished message from its first byte', () => {
    const bytes = Buffer.concat([message(10), message(300)])
    for (const left of [1, 2, 299, 300, 304, 305, 307]) {
      const tracker = new FrameTracker()
      tracker.read(bytes.subarray(0, bytes.length - left))
      expect(tracker.isUnfinished, `${left} bytes before its end`).toBe(true)
      tracker.read(bytes.subarray(bytes.length - left))
      expect(tracker.isUnfinished).toBe(false)
    }
  })

  it('counts fragments as one message, with control frames in between', () => {
    const tracker = new FrameTracker()
    tracker.read(clientFrame('a', { fin: false }))
    tracker.read(clientFrame('', { opcode: 10 }))
    tracker.read(clientFrame('b', { fin: false, opcode: 0 }))
    expect([tracker.isUnfinished, tracker.finished]).toEqual([true, 0])
    tracker.read(clientFrame('c', { opcode: 0 }))
    expect([tracker.isUnfinished, tracker.finished]).toEqual([false, 1])
  })

  it('tracks frames that violate the protocol', () => {
    const tracker = new FrameTracker()
    tracker.read(clientFrame('a', { isMasked: false }))
    expect(tracker.isUnfinished).toBe(false)
    tracker.read(clientFrame('', { length: 2n ** 40n }))
    expect(tracker.isUnfinished).toBe(true)
  })
})
