import { describe, expect, it } from 'vitest'
import type { Flushable } from '../../../services/gateway/flusher.ts'
import { createFrameJoiner } from '../../../services/gateway/join-frames.ts'
import { createOutbox } from '../../../services/gateway/outbox.ts'

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
  const outbox = createOutbox(wire, owner, {
    flusher: { request: (target) => void asked.push(target) },
    join: createFrameJoiner(),
    limitBytes: 10,
    onWritten: (frames, unsentBytes) => told.push([frames, unsentBytes]),
  })
  return { outbox, wire, written, asked, told, drains: () => drains }
}

describe('A send queue', () => {
  it('writes what has gathered in one write, in its order, when it is flushed', () => {
    const { outbox, written } = rig()
    for (const text of ['a', 'b', 'c']) outbox.push(Buffer.from(text))
    expect(written).toEqual([])
    outbox.flush()
    outbox.flush()
    expect(written).toEqual(['abc'])
  })

  it('asks for a flush once for all that gathers, and again after each, also after one that failed', () => {
    const { outbox, wire, asked } = rig()
    for (const text of ['a', 'b']) outbox.push(Buffer.from(text))
    expect(asked).toHaveLength(1)
    expect(asked[0]).toBe(outbox)
    outbox.flush()
    outbox.push(Buffer.from('c'))
    expect(asked).toHaveLength(2)
    wire.write = () => {
      throw new Error('broken')
    }
    expect(() => outbox.flush()).toThrow('broken')
    outbox.push(Buffer.from('d'))
    expect(asked).toHaveLength(3)
  })

  it('tells how many frames it has written, and what the socket did not take', () => {
    const { outbox, wire, told } = rig()
    for (const text of ['a', 'b']) outbox.push(Buffer.from(text))
    outbox.flush()
    wire.unsent = 7
    outbox.push(Buffer.from('c'))
    outbox.flush()
    expect(told).toEqual([
      [2, 0],
      [1, 7],
    ])
  })

  it('is full beyond its limit and empty at nothing, the socket’s own bytes included', () => {
    const { outbox, wire } = rig()
    outbox.push(Buffer.from('12345'))
    wire.unsent = 5
    expect([outbox.bytes(), outbox.isFull(), outbox.isEmpty()]).toEqual([10, false, false])
    wire.unsent = 6
    expect(outbox.isFull()).toBe(true)
    outbox.flush()
    expect([outbox.bytes(), outbox.isEmpty()]).toEqual([6, false])
  })

  it('tells that it is empty only when the socket took everything at once', () => {
    const { outbox, wire, drains } = rig()
    outbox.push(Buffer.from('a'))
    outbox.flush()
    expect(drains()).toBe(1)
    wire.unsent = 1
    outbox.push(Buffer.from('b'))
    outbox.flush()
    expect(drains()).toBe(1)
  })

  it('that is closed takes nothing, writes nothing and holds nothing, whatever its socket has left', () => {
    const { outbox, wire, written } = rig()
    wire.unsent = 20
    outbox.push(Buffer.from('a'))
    outbox.close()
    outbox.push(Buffer.from('b'))
    outbox.flush()
    expect(written).toEqual([])
    expect([outbox.bytes(), outbox.isFull(), outbox.isEmpty()]).toEqual([0, false, true])
  })
})
