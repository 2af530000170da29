import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Resolve } from '../../../infra/http/checked-lookup.ts'
import type { HttpSenderOptions } from '../../../infra/http/http-sender.ts'
import { httpSender } from '../../../infra/http/http-sender.ts'
import { addressTest } from '../../../infra/http/public-address.ts'
import { startWebhookEndpoint } from '../../support/webhook-endpoint.ts'

const body = JSON.stringify({ room: 'a room', seq: 1, event: 'new-message' })
const never = new AbortController().signal

const senderTo = (url: string, change: Partial<HttpSenderOptions> = {}) =>
  httpSender({ url, allowedNetworks: ['127.0.0.0/8'], timeoutMs: 1_000, connections: 4, ...change })

const post = (url: string, change: Partial<HttpSenderOptions> = {}) =>
  senderTo(url, change).post({ headers: {}, body, signal: never })

const resolvesTo =
  (...addresses: readonly string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

describe('the addresses that a webhook may reach', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '100::1',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    'not an address',
  ])('do not contain %s', (address) => {
    expect(addressTest([], false)(address)).toBe(false)
  })

  it.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '192.169.0.1', '2606:4700:4700::1111', '2a00:1450::1'])(
    'contain the public address %s',
    (address) => {
      expect(addressTest([], false)(address)).toBe(true)
      expect(addressTest([], true)(address)).toBe(false)
    },
  )

  it('contain the networks that are allowed, also over plain HTTP', () => {
    const isAllowed = addressTest(['10.20.0.0/16', '192.168.7.7', 'fd00:1::/32'], true)
    expect(['10.20.3.4', '192.168.7.7', 'fd00:1::5'].map(isAllowed)).toEqual([true, true, true])
    expect(['10.21.0.1', '192.168.7.8', 'fd00:2::5', '8.8.8.8'].map(isAllowed)).toEqual([false, false, false, false])
  })
})

/** A server that gives this answer to each connection, and keeps the connection open. */
const startRawServer = async (answer: string) => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write(answer))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, [Symbol.dispose]: () => void server.close() }
}

describe('the sender of webhooks', () => {
  it('fails when the receiver changes the protocol, so that no request stays without an end', async () => {
    using server = await startRawServer('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n')
    await expect(post(server.url)).rejects.toMatchObject({ fault: 'connection' })
  })

  it('connects to no address that is not allowed: as a name, as a literal, or as a number', async () => {
    await using endpoint = await startWebhookEndpoint()
    const { port } = endpoint
    const refused = { allowedNetworks: [] }
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]']) {
      await expect(post(`http://${host}:${port}/`, refused)).rejects.toMatchObject({ name: 'HttpError', fault: 'address' })
      await expect(post(`https://${host}:${port}/`, refused)).rejects.toMatchObject({ name: 'HttpError', fault: 'address' })
    }
    expect(endpoint.received).toEqual([])
  })

  it('connects to the address that was checked, when later answers of the name server are others', async () => {
    await using endpoint = await startWebhookEndpoint()
    let calls = 0
    const resolve: Resolve = async () => {
      calls += 1
      return [{ address: calls === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }]
    }
    const answer = await post(`http://chat.example:${endpoint.port}/`, { resolve })
    expect([answer.status, calls]).toEqual([204, 1])
    expect(endpoint.received[0]?.headers.host).toBe(`chat.example:${endpoint.port}`)
  })

  it('uses only the allowed addresses of a name', async () => {
    await using endpoint = await startWebhookEndpoint()
    const answer = await post(`http://chat.example:${endpoint.port}/`, { resolve: resolvesTo('10.0.0.1', '127.0.0.1') })
    expect(answer.status).toBe(204)
    await expect(post('http://chat.example/', { resolve: resolvesTo('10.0.0.1', '8.8.8.8') })).rejects.toMatchObject({
      fault: 'address',
    })
  })

  it('follows no redirect', async () => {
    await using target = await startWebhookEndpoint()
    await using endpoint = await startWebhookEndpoint(() => ({ status: 307, headers: { location: target.url } }))
    expect(await post(endpoint.url)).toMatchObject({ status: 307 })
    expect(target.received).toEqual([])
  })

  it('reads the beginning of an answer that never ends, and its Retry-After', async () => {
    const server = createServer((_, response) => {
      response.writeHead(503, { 'retry-after': '7' })
      const write = (): void => void response.write('x'.repeat(10_000), () => setTimeout(write, 5))
      write()
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const answer = await post(`http://127.0.0.1:${port}/`)
    server.closeAllConnections()
    server.close()
    expect(answer).toMatchObject({ status: 503, retryAfter: '7' })
    expect(answer.body).toHaveLength(1_024)
  })

  it('gives up a request without an answer in time, and one whose connection fails', async () => {
    await using endpoint = await startWebhookEndpoint(() => 'hang')
    await expect(post(endpoint.url, { timeoutMs: 50 })).rejects.toMatchObject({ fault: 'timeout' })
    const { port } = endpoint
    await endpoint[Symbol.asyncDispose]()
    await expect(post(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ fault: 'connection' })
  })

  it('gives up a request by its signal', async () => {
    await using endpoint = await startWebhookEndpoint(() => 'hang')
    const giveUp = new AbortController()
    const posting = senderTo(endpoint.url).post({ headers: {}, body, signal: giveUp.signal })
    giveUp.abort()
    await expect(posting).rejects.toMatchObject({ fault: 'aborted' })
  })

  it('keeps its connection for the next request', async () => {
    await using endpoint = await startWebhookEndpoint()
    const sender = senderTo(endpoint.url)
    for (let count = 0; count < 3; count += 1) await sender.post({ headers: {}, body, signal: never })
    sender.close()
    expect(endpoint.connections).toBe(1)
  })
})
