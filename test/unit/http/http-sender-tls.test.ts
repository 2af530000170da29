import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpSender } from '../../../infra/http/http-sender.ts'
import { makeAuthority } from '../../security/secured/services/authority.ts'

const folder = mkdtempSync(join(tmpdir(), 'http-sender-'))

describe('the sender of webhooks over TLS', () => {
  let ca: string
  let port: number
  let stop: () => void
  let requests = 0

  beforeAll(async () => {
    const authority = await makeAuthority(folder)
    const { cert, key } = await authority.issue('receiver', ['DNS:chat.example'])
    ca = readFileSync(authority.ca, 'utf8')
    const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (_, response) => {
      requests += 1
      response.writeHead(204).end()
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
    stop = () => {
      server.closeAllConnections()
      server.close()
    }
  })
  afterAll(() => {
    stop()
    rmSync(folder, { recursive: true })
  })

  const post = (host: string, trusted: string | undefined) => {
    const sender = httpSender({
      url: `https://${host}:${port}/`,
      allowedNetworks: ['127.0.0.0/8'],
      timeoutMs: 5_000,
      connections: 1,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      ...(trusted === undefined ? {} : { ca: trusted }),
    })
    return sender.post({ headers: {}, body: '{}', signal: new AbortController().signal }).finally(sender.close)
  }

  it('sends to a receiver whose certificate is trusted and names the host', async () => {
    expect(await post('chat.example', ca)).toMatchObject({ status: 204 })
    expect(requests).toBe(1)
  })

  it('sends nothing to a receiver whose certificate is not trusted, or names another host', async () => {
    const before = requests
    await expect(post('chat.example', undefined)).rejects.toMatchObject({ fault: 'connection' })
    await expect(post('other.example', ca)).rejects.toMatchObject({ fault: 'connection' })
    expect(requests).toBe(before)
  })
})
