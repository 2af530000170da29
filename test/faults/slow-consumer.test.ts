import { randomBytes, randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { metric } from '../support/stack/inspect.ts'
import { stackKind } from '../support/stack/start-stack.ts'
import { ownChat } from './own-chat.ts'

/** A masked text frame, as clients send them (RFC 6455, 5.2 and 5.3). */
const maskedFrame = (text: string): Buffer => {
  const payload = Buffer.from(text)
  const mask = randomBytes(4)
  const head = Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff])
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))])
}

/** A client that reads only when the test makes it read. */
const lazyReader = async (url: string, externalUserId: string) => {
  const { hostname, port } = new URL(url)
  const socket: Socket = connect({ host: hostname, port: Number(port) })
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  const isClosed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  socket.write(
    `GET /ws HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  )
  const text = (): string => Buffer.concat(chunks).toString('latin1')
  await until('the upgrade', () => text().includes('\r\n\r\n'))
  socket.write(maskedFrame(JSON.stringify({ event: 'create-user', id: 'me', body: { user: { externalUserId } } })))
  const found = await until('the answer', () => /"user":\{"id":"([0-9a-f-]{36})"/.exec(text()))
  return {
    id: found[1] ?? '',
    socket,
    isClosed,
    /** The seqs of the received feed frames in order. */
    seqs: (): number[] => [...text().matchAll(/"room":"[0-9a-f-]{36}","seq":(\d+),/g)].map(([, seq]) => Number(seq)),
  }
}

/** More than the socket buffers of both sides hold, which is about 10 MB. */
const kilobytes = 14
const count = 1_600

describe.skipIf(stackKind() === 'env')('A socket that does not read', () => {
  const own = ownChat({
    gateways: 1,
    writers: 1,
    env: { STUCK_SOCKET_MS: '4000', SEND_QUEUE_BYTES: '65536', SOCKET_PING_MS: '120000' },
  })

  it('receives missed frames in order when it reads again, is closed if it never reads, and does not affect other sockets', async () => {
    const gateway = own().gateway(0)
    await using ann = await personOn(gateway.url, freshName('ann'))
    await using bob = await personOn(gateway.url, freshName('bob'))
    const slow = await lazyReader(gateway.url, freshName('slow'))
    const stuck = await lazyReader(gateway.url, freshName('stuck'))
    const { room } = await ann.createChat('busy', [bob.id, slow.id, stuck.id])
    await until('both to have joined', () => slow.seqs().length === 1 && stuck.seqs().length === 1)
    slow.socket.pause()
    stuck.socket.pause()
    // It reads a little from time to time: progress prevents its close.
    const sips = setInterval(() => {
      slow.socket.resume()
      setImmediate(() => slow.socket.pause())
    }, 300)
    const before =
      (await metric(gateway, 'process_resident_memory_bytes')) + (await metric(gateway, 'chat_process_resident_memory_bytes'))
    const msg = 'x'.repeat(kilobytes * 1_024)
    for (let sent = 0; sent < count; sent += 40) {
      await Promise.all(Array.from({ length: 40 }, () => ann.say(room, msg, randomUUID())))
    }
    await bob.feedTo(room, count + 1)
    expect(bob.socket.feed(room).map(({ seq }) => seq)).toEqual(Array.from({ length: count + 1 }, (_, index) => index + 1))
    expect(await metric(gateway, 'chat_slow_consumers_total')).toBeGreaterThan(0)
    const grown =
      (await metric(gateway, 'process_resident_memory_bytes')) +
      (await metric(gateway, 'chat_process_resident_memory_bytes')) -
      before
    expect(grown).toBeLessThan(200 * 1024 * 1024)
    await until('the stuck socket to be closed', async () => (await metric(gateway, 'chat_sessions')) === 3, {
      withinMs: 30_000,
      everyMs: 100,
    })
    clearInterval(sips)
    slow.socket.resume()
    await until('all frames to be read', () => slow.seqs().at(-1) === count + 1, { withinMs: 30_000, everyMs: 100 })
    expect(slow.seqs()).toEqual(Array.from({ length: count + 1 }, (_, index) => index + 1))
    stuck.socket.resume()
    await stuck.isClosed
    expect(stuck.seqs().length).toBeLessThan(count + 1)
    slow.socket.destroy()
  })
})
