import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { wireOf } from '../../../services/gateway/connection.ts'
import { until } from '../../support/poll.ts'

/** A socket on loopback whose other side does not read yet. */
const pair = async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const other = connect((server.address() as AddressInfo).port, '127.0.0.1').pause()
  const [socket] = (await once(server, 'connection')) as [Socket]
  return {
    socket,
    other,
    [Symbol.dispose]: () => {
      for (const one of [socket, other]) one.destroy()
      server.close()
    },
  }
}

const openSocket = { readyState: 1, OPEN: 1, close: () => undefined } as unknown as WebSocket

describe('The wire of a session', () => {
  it('tells when the socket has taken everything, also after a write below its high-water mark', async () => {
    using ends = await pair()
    const { socket, other } = ends
    let taken = 0
    const wire = wireOf(openSocket, socket, () => {
      taken += 1
    })
    const chunk = Buffer.alloc(4_096)
    await until('a full socket', () => {
      for (let left = 64; left > 0 && wire.unsentBytes() === 0; left -= 1) wire.write(chunk)
      return wire.unsentBytes() > 0
    })
    expect(wire.unsentBytes()).toBeLessThan(socket.writableHighWaterMark)
    expect(taken).toBe(0)
    other.resume()
    await until('the news', () => taken === 1)
    expect(wire.unsentBytes()).toBe(0)
  })

  it('writes nothing once the WebSocket is closing', async () => {
    using ends = await pair()
    const { socket } = ends
    const wire = wireOf({ ...openSocket, readyState: 2 } as WebSocket, socket, () => undefined)
    wire.write(Buffer.from('late'))
    expect(socket.bytesWritten).toBe(0)
  })
})
