import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../support/poll.ts'
import type { TcpProxy } from '../support/stack/tcp-proxy.ts'
import { tcpProxy } from '../support/stack/tcp-proxy.ts'

/** Echoes every byte and keeps the received bytes. */
const echoServer = async (): Promise<{ server: Server; received: string[]; sockets: Socket[] }> => {
  const received: string[] = []
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      received.push(chunk.toString())
      socket.write(chunk)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, received, sockets }
}

/** A client that reports the received bytes and how the connection ended. */
class Client {
  received = ''
  ending: string | undefined
  readonly socket: Socket

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('data', (chunk) => {
      this.received += chunk.toString()
    })
    this.socket.on('error', (error) => {
      this.ending = 'code' in error ? String(error.code) : error.message
    })
    this.socket.on('close', () => {
      this.ending ??= 'closed'
    })
  }

  got(text: string): Promise<true> {
    return until(`"${text}" to come back`, () => this.received === text)
  }

  ended(): Promise<string> {
    return until('the connection to end', () => this.ending)
  }
}

describe('tcpProxy', () => {
  let echo: Awaited<ReturnType<typeof echoServer>>
  let proxy: TcpProxy
  const clients: Client[] = []

  const client = (): Client => {
    const made = new Client(proxy.port)
    clients.push(made)
    return made
  }

  /** A client whose connection through the proxy was checked. */
  const talking = async (): Promise<Client> => {
    const made = client()
    made.socket.write('a')
    await made.got('a')
    return made
  }

  /** Resolves after all earlier writes have passed the event loops of client, proxy and server. */
  const settled = async (): Promise<void> => {
    const direct = new Client((echo.server.address() as AddressInfo).port)
    direct.socket.write('x')
    await direct.got('x')
    direct.socket.destroy()
  }

  beforeEach(async () => {
    echo = await echoServer()
    const { port } = echo.server.address() as AddressInfo
    proxy = await tcpProxy(() => port)
  })

  afterEach(async () => {
    for (const each of clients.splice(0)) each.socket.destroy()
    await proxy[Symbol.asyncDispose]()
    for (const socket of echo.sockets) socket.destroy()
    echo.server.close()
  })

  it('forwards bytes in both directions and counts its connections', async () => {
    const one = await talking()
    await talking()
    expect(proxy.connections).toBe(2)
    one.socket.end()
    expect(await one.ended()).toBe('closed')
    await until('one connection', () => proxy.connections === 1)
  })

  it('forwards megabytes unchanged to a slow receiver', async () => {
    const one = client()
    const text = 'abcdefgh'.repeat(1_000_000)
    one.socket.pause()
    one.socket.write(text)
    await until('some bytes to arrive', () => echo.received.length > 3)
    one.socket.resume()
    await until('all of it', () => one.received.length === text.length)
    expect(one.received === text).toBe(true)
  })

  it('resets open and new connections when it is cut by reset', async () => {
    const before = await talking()
    proxy.cut('reset')
    expect(await before.ended()).toBe('ECONNRESET')
    expect(await client().ended()).toBe('ECONNRESET')
    await until('no connection', () => proxy.connections === 0)
    proxy.heal()
    await talking()
  })

  it('resets a client if no server listens behind it', async () => {
    const { port } = echo.server.address() as AddressInfo
    echo.server.close()
    expect(await client().ended()).toBe('ECONNRESET')
    echo.server.listen(port, '127.0.0.1')
    await once(echo.server, 'listening')
    await talking()
  })

  it('closes the side of the client when the server drops the connection', async () => {
    const one = await talking()
    echo.sockets[0]?.resetAndDestroy()
    expect(await one.ended()).toBe('ECONNRESET')
  })

  it('closes the side of the server when the client drops the connection', async () => {
    const one = await talking()
    one.socket.resetAndDestroy()
    await until('the server to see the close', () => echo.sockets[0]?.destroyed)
  })

  it('keeps sockets open and discards their bytes in a black hole', async () => {
    const before = await talking()
    proxy.cut('black-hole')
    before.socket.write('b')
    const during = client()
    during.socket.write('c')
    await until('both to be held', () => proxy.connections === 2)
    await settled()
    expect(echo.received).toEqual(['a', 'x'])
    expect([before.ending, during.ending]).toEqual([undefined, undefined])
  })

  it('hides the close of one side from the other in a black hole', async () => {
    const one = await talking()
    proxy.cut('black-hole')
    echo.sockets[0]?.resetAndDestroy()
    await settled()
    expect(one.ending).toBe(undefined)
    proxy.heal()
    expect(await one.ended()).toBe('ECONNRESET')
  })

  it('resets connections of a black hole once it is healed, and forwards new ones', async () => {
    const before = await talking()
    proxy.cut('black-hole')
    const during = client()
    await until('both to be held', () => proxy.connections === 2)
    proxy.heal()
    expect(await before.ended()).toBe('ECONNRESET')
    expect(await during.ended()).toBe('ECONNRESET')
    await talking()
  })

  it('forwards requests and discards only the answers', async () => {
    const one = await talking()
    proxy.cut('black-hole', 'answers')
    one.socket.write('b')
    await until('the request to arrive', () => echo.received.includes('b'))
    await settled()
    expect(one.received).toBe('a')
  })

  it('discards only the requests', async () => {
    const one = await talking()
    proxy.cut('black-hole', 'requests')
    one.socket.write('b')
    echo.sockets[0]?.write('unasked')
    await one.got('aunasked')
    expect(echo.received).toEqual(['a'])
  })

  it('delays every byte in both directions and keeps the order', async () => {
    const one = await talking()
    proxy.delay(60)
    const start = performance.now()
    one.socket.write('b')
    await until('the request to arrive', () => echo.received.includes('b'))
    one.socket.write('c')
    await one.got('abc')
    expect(performance.now() - start).toBeGreaterThanOrEqual(2 * 60 - 2)
    proxy.heal()
    one.socket.write('d')
    await one.got('abcd')
  })

  it('forwards the end of a stream after its delayed bytes', async () => {
    const one = await talking()
    proxy.delay(30)
    one.socket.end('b')
    expect(await one.ended()).toBe('closed')
    expect(one.received).toBe('ab')
  })
})
