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
  const told: (readonly [number, number])[] = []
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
    onWritten: (frames, unsentBytes) => told.push([frames, unsentBytes]),
  })
  return { sendQueue, wire, written, asked, told, drains: () => drains }
}

describe('A send queue', () => {
  it('writes what has gathered in one write, in its order, when it is flushed', () => {
    const { sendQueue, written } = rig()
    for (const text of ['a', 'b', 'c']) sendQueue.push(Buffer.from(text))
    expect(written).toEqual([])
    sendQueue.flush()
    sendQueue.flush()
    expect(written).toEqual(['abc'])
  })

  it('asks for a flush once for all that gathers, and again after each, also after one that failed', () => {
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

  it('tells how many frames it has written, and what the socket did not take', () => {
    const { sendQueue, wire, told } = rig()
    for (const text of ['a', 'b']) sendQueue.push(Buffer.from(text))
    sendQueue.flush()
    wire.unsent = 7
    sendQueue.push(Buffer.from('c'))
    sendQueue.flush()
    expect(told).toEqual([
      [2, 0],
      [1, 7],
    ])
  })

  it('is full beyond its limit and empty at nothing, the socket’s own bytes included', () => {
    const { sendQueue, wire } = rig()
    sendQueue.push(Buffer.from('12345'))
    wire.unsent = 5
    expect([sendQueue.bytes(), sendQueue.isFull(), sendQueue.isEmpty()]).toEqual([10, false, false])
    wire.unsent = 6
    expect(sendQueue.isFull()).toBe(true)
    sendQueue.flush()
    expect([sendQueue.bytes(), sendQueue.isEmpty()]).toEqual([6, false])
  })

  it('tells that it is empty only when the socket took everything at once', () => {
    const { sendQueue, wire, drains } = rig()
    sendQueue.push(Buffer.from('a'))
    sendQueue.flush()
    expect(drains()).toBe(1)
    wire.unsent = 1
    sendQueue.push(Buffer.from('b'))
    sendQueue.flush()
    expect(drains()).toBe(1)
  })

  it('that is closed takes nothing, writes nothing and holds nothing, whatever its socket has left', () => {
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
