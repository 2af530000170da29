import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openConnection } from '../../../infra/redis/connection.ts'

/** Answers to HELLO and CLIENT SETNAME, and to nothing else. */
const listening = async () => {
  const server = createServer((socket) => socket.on('data', () => socket.write('%0\r\n+OK\r\n')).on('error', () => {}))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

describe('a connection to Redis', () => {
  it('survives a second error of its socket, as with TLS, and reports the first', async () => {
    await using server = await listening()
    const ended = Promise.withResolvers<Error>()
    const { signal } = new AbortController()
    const redis = await openConnection({
      url: server.url,
      name: 'test',
      tls: undefined,
      silentMs: 1_000,
      signal,
      onEnd: ended.resolve,
    })
    const { stream } = redis
    stream.emit('error', new Error('the certificate is refused'))
    expect(() => stream.emit('error', new Error('what came behind it makes no sense'))).not.toThrow()
    stream.destroy()
    expect((await ended.promise).message).toBe('the certificate is refused')
  })
})
