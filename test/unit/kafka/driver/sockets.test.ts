import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Sockets } from '../../../../infra/kafka/driver/sockets.ts'
import { clientSockets } from '../../../../infra/kafka/driver/sockets.ts'
import { until } from '../../../support/poll.ts'

/** A request as the driver writes it: its length, its kind, and more. */
const request = (kind: number): Buffer => {
  const bytes = Buffer.alloc(12)
  bytes.writeInt32BE(8, 0)
  bytes.writeInt16BE(kind, 4)
  return bytes
}

const [produce, fetch, metadata] = [0, 1, 3]

describe('the sockets of a Kafka client', () => {
  const received: Buffer[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => received.push(chunk))
  })
  let sockets: Sockets

  beforeEach(async () => {
    received.length = 0
    sockets = clientSockets()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(async () => {
    sockets.shut()
    server.close()
    await once(server, 'close')
  })

  const open = async (): Promise<Socket> => {
    const { port } = server.address() as AddressInfo
    const { promise, resolve } = Promise.withResolvers<void>()
    const socket = sockets.create({ host: '127.0.0.1', port, ssl: null as never, onConnect: resolve })
    socket.on('error', () => {})
    await promise
    return socket
  }
  const bytes = (): number => received.reduce((sum, { length }) => sum + length, 0)

  it('count the produce requests written to them, and no other requests', async () => {
    const [one, other] = [await open(), await open()]
    for (const kind of [metadata, fetch, produce]) one.write(request(kind), 'binary')
    expect(sockets.produced).toBe(1)
    other.write(request(produce), 'binary')
    expect(sockets.produced).toBe(2)
    await until('all of them to arrive', () => bytes() === 4 * 12)
    expect(sockets.hasLost).toBe(false)
  })

  it('report that one of them has ended', async () => {
    const socket = await open()
    socket.end()
    socket.destroy()
    await until('the end', () => sockets.hasLost)
  })

  it('send nothing after they are shut, not even over a new socket', async () => {
    const socket = await open()
    sockets.shut()
    socket.write(request(produce), 'binary')
    const { port } = server.address() as AddressInfo
    const late = sockets.create({ host: '127.0.0.1', port, ssl: null as never, onConnect: () => late.write(request(produce)) })
    const [error] = await once(late, 'error')
    expect(String(error)).toContain('the client was closed')
    expect([socket.destroyed, late.destroyed, bytes()]).toEqual([true, true, 0])
  })
})
