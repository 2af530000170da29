import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import type { LoadSocket } from '../../../support/load/load-socket.ts'
import { openLoadSocket } from '../../../support/load/load-socket.ts'
import { until } from '../../../support/poll.ts'

describe('A socket of the load', () => {
  const servers: WebSocketServer[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) {
      for (const client of server.clients) client.terminate()
      server.close()
    }
  })

  const listen = async (accepts = true): Promise<{ readonly server: WebSocketServer; readonly url: string }> => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, verifyClient: () => accepts })
    servers.push(server)
    await once(server, 'listening')
    return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/` }
  }

  const open = (url: string, headers = {}) => {
    const texts: string[] = []
    const opened = Promise.withResolvers<void>()
    const closed = Promise.withResolvers<{ readonly code: number; readonly reason: string }>()
    const socket: LoadSocket = openLoadSocket({
      url,
      headers,
      onOpen: opened.resolve,
      onText: (bytes, from, to) => texts.push(bytes.toString('utf8', from, to)),
      onClosed: (code, reason) => closed.resolve({ code, reason }),
    })
    return { socket, texts, opened: opened.promise, closed: closed.promise }
  }

  it('sends and receives texts of every length encoding, among pings', async () => {
    const { server, url } = await listen()
    server.on('connection', (client) =>
      client.on('message', (data) => {
        client.ping('are you there')
        client.send(String(data))
      }),
    )
    const { socket, texts, opened } = open(url)
    await opened
    const lengths = [1, 125, 126, 65_535, 65_536, 3_000_000]
    const sent = lengths.map((length) => 'é'.repeat(Math.floor(length / 2)) + 'x'.repeat(length % 2))
    let pongs = 0
    for (const client of server.clients) client.on('pong', () => (pongs += 1))
    for (const text of sent) socket.send(text)
    await until('all texts', () => texts.length === sent.length && pongs === sent.length)
    expect(texts).toEqual(sent)
    socket.terminate()
  })

  it('reports the close code of the server, its own close, and a lost connection', async () => {
    const { server, url } = await listen()
    server.on('connection', (client, { headers }) => {
      if (headers.test === 'close') client.close(4_008)
      if (headers.test === 'lose') client.terminate()
    })
    expect(await open(url, { test: 'close' }).closed).toMatchObject({ code: 4_008 })
    expect(await open(url, { test: 'lose' }).closed).toMatchObject({ code: 1_006 })
    const own = open(url)
    await own.opened
    own.socket.close(1_000)
    expect(own.socket.isOpen).toBe(false)
    expect(await own.closed).toMatchObject({ code: 1_000 })
  })

  it('reports the status of a refused upgrade', async () => {
    const { url } = await listen(false)
    expect(await open(url).closed).toEqual({ code: 1_006, reason: 'the upgrade was refused: HTTP/1.1 401 Unauthorized' })
  })

  it('does not read while it is paused', async () => {
    const { server, url } = await listen()
    const { socket, texts, opened } = open(url)
    await opened
    socket.pause()
    const [client] = server.clients
    // More than the kernel buffers, so that the server notices the pause.
    const large = 'x'.repeat(1_000_000)
    for (let index = 0; index < 20; index += 1) client?.send(large)
    const waiting = await until('the buffers of the kernel to be full', () => {
      const { bufferedAmount = 0 } = client ?? {}
      return bufferedAmount > 0 ? bufferedAmount : undefined
    })
    expect(waiting).toBeGreaterThan(0)
    expect(texts.length).toBeLessThan(20)
    socket.resume()
    await until('all texts', () => texts.length === 20)
    socket.terminate()
  })
})
