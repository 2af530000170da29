import { EventEmitter, once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { ConnectionMonitor } from '../../../../services/gateway/server/connection-monitor.ts'
import { SocketWire } from '../../../../services/gateway/server/socket-wire.ts'
import type { Session } from '../../../../services/gateway/session/session.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'
import { until } from '../../../support/poll.ts'

/** A socket on loopback whose peer does not read yet. */
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

describe('A socket wire', () => {
  it('reports when the socket has taken all bytes, also after a write below the high-water mark', async () => {
    using ends = await pair()
    const { socket, other } = ends
    let taken = 0
    const wire = new SocketWire(openSocket, socket, () => {
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

  it('writes nothing after the WebSocket began to close', async () => {
    using ends = await pair()
    const { socket } = ends
    const wire = new SocketWire({ ...openSocket, readyState: 2 } as WebSocket, socket, () => undefined)
    wire.write(Buffer.from('late'))
    expect(socket.bytesWritten).toBe(0)
  })
})

describe('The connection monitor', () => {
  /** A monitored connection; the test sets whether its send queue is full. */
  const watched = (socket: Socket) => {
    const state = { isFull: true, isPaused: true, pongs: 0 }
    const webSocket = Object.assign(new EventEmitter(), {
      readyState: 1,
      OPEN: 1,
      get isPaused() {
        return state.isPaused
      },
      resume: () => {
        state.isPaused = false
      },
      pong: () => {
        state.pongs += 1
      },
    })
    const connection = new ConnectionMonitor({
      webSocket: webSocket as unknown as WebSocket,
      socket,
      session: { sendQueue: { isFull: () => state.isFull }, stage: 'bound' } as unknown as Session,
      isService: false,
      rateLimiter: { mayPing: () => true },
      times: defaultTimes,
      nowMs: 0,
    })
    return { state, webSocket, connection }
  }

  it('resumes reading when the send queue is no longer full, although no bytes waited in the socket', async () => {
    using ends = await pair()
    const { state, connection } = watched(ends.socket)
    connection.check(1_000)
    expect(state.isPaused).toBe(true)
    state.isFull = false
    connection.check(2_000)
    expect(state.isPaused).toBe(false)
  })

  it('answers pings, except while the send queue is full', async () => {
    using ends = await pair()
    const { state, webSocket } = watched(ends.socket)
    webSocket.emit('ping', Buffer.alloc(0))
    expect(state.pongs).toBe(0)
    state.isFull = false
    webSocket.emit('ping', Buffer.alloc(0))
    expect(state.pongs).toBe(1)
  })
})
