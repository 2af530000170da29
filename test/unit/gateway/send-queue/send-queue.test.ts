import { describe, expect, it } from 'vitest'
import type { Flushable } from '../../../../services/gateway/send-queue/flusher.ts'
import { createFrameJoiner } from '../../../../services/gateway/send-queue/join-frames.ts'
import { SocketSendQueue } from '../../../../services/gateway/send-queue/send-queue.ts'

const rig = () => {
  const written: string[] = []
  const asked: Flushable[] = []
  const wire = {
    unsent: 0,
    unsentBytes: () => wire.unsent,
    write: (bytes: Buffer) => void written.push(bytes.toString()),
    close: () => undefined,
  }
  const reported: (readonly [number, number])[] = []
  let drains = 0
  const owner = {
    drained: () => {
      drains += 1
    },
  }
  const sendQueue = new SocketSendQueue(wire, owner, {
    flusher: { request: (target) => void asked.push(target) },
    join: createFrameJoiner(),
    limitBytes: 10,
    onWritten: (frames, unsentBytes) => reported.push([frames, unsentBytes]),
  })
  return { sendQueue, wire, written, asked, reported, drains: () => drains }
}

describe('A send queue', () => {
  it('writes all queued frames in one write, in their order', () => {
    const { sendQueue, written } = rig()
    for (const text of ['a', 'b', 'c']) sendQueue.push(Buffer.from(text))
    expect(written).toEqual([])
    sendQueue.flush()
    sendQueue.flush()
    expect(written).toEqual(['abc'])
  })

  it('requests one flush for all queued frames, and again after each flush, also after a failed one', () => {
    const { sendQueue, wire, asked } = rig()
    for (const text of ['a', 'b']) sendQueue.push(Buffer.from(text))
    expect(asked).toHaveLength(1)
    expect(asked[0]).toBe(sendQueue)
    sendQueue.flush()
    sendQueue.push(Buffer.from('c'))
    expect(asked).toHaveLength(2)
    wire.write = () => {
      throw new Error('broken')
    }
    expect(() => sendQueue.flush()).toThrow('broken')
    sendQueue.push(Buffer.from('d'))
    expect(asked).toHaveLength(3)
  })

  it('reports the number of written frames and the bytes that the socket did not take', () => {
    const { sendQueue, wire, reported } = rig()
    for (const text of ['a', 'b']) sendQueue.push(Buffer.from(text))
    sendQueue.flush()
    wire.unsent = 7
    sendQueue.push(Buffer.from('c'))
    sendQueue.flush()
    expect(reported).toEqual([
      [2, 0],
      [1, 7],
    ])
  })

  it('is full above its limit and empty without bytes, including the bytes in the socket', () => {
    const { sendQueue, wire } = rig()
    sendQueue.push(Buffer.from('12345'))
    wire.unsent = 5
    expect([sendQueue.bytes(), sendQueue.isFull(), sendQueue.isEmpty()]).toEqual([10, false, false])
    wire.unsent = 6
    expect(sendQueue.isFull()).toBe(true)
    sendQueue.flush()
    expect([sendQueue.bytes(), sendQueue.isEmpty()]).toEqual([6, false])
  })

  it('reports a drain only if the socket took everything at once', () => {
    const { sendQueue, wire, drains } = rig()
    sendQueue.push(Buffer.from('a'))
    sendQueue.flush()
    expect(drains()).toBe(1)
    wire.unsent = 1
    sendQueue.push(Buffer.from('b'))
    sendQueue.flush()
    expect(drains()).toBe(1)
  })

  it('accepts, writes and counts nothing after it was closed', () => {
    const { sendQueue, wire, written } = rig()
    wire.unsent = 20
    sendQueue.push(Buffer.from('a'))
    sendQueue.close()
    sendQueue.push(Buffer.from('b'))
    sendQueue.flush()
    expect(written).toEqual([])
    expect([sendQueue.bytes(), sendQueue.isFull(), sendQueue.isEmpty()]).toEqual([0, false, true])
  })
})
