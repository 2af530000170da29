import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { assertDirectSession } from '../../../infra/postgres/connection/direct-session.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import { StartError } from '../../../shared/runtime/config/start-error.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { noStackReason, sharedStack } from '../../support/stack/shared-stack.ts'

/** The changes that a pooler makes to a connection that it forwards to Postgres. */
interface Rewriting {
  /** Changes the start-up message of the client. */
  readonly startup?: (message: Buffer) => Buffer
  /** Changes the bytes of the server. */
  readonly answer?: (bytes: Buffer) => Buffer
  /** Sent to the client instead of connecting to Postgres. */
  readonly refusal?: Buffer
}

const poolerBefore = async (url: string, { startup = (bytes) => bytes, answer = (bytes) => bytes, refusal }: Rewriting) => {
  const server = new URL(url)
  const target = { port: Number(server.port || 5432), host: server.hostname }
  const open = new Set<Socket>()
  const proxy = createServer((client) => {
    open.add(client.on('error', () => {}))
    if (refusal !== undefined) return void client.once('data', () => client.end(refusal))
    const upstream = connect(target).on('error', () => {})
    open.add(upstream)
    client.once('data', (first) => {
      upstream.write(startup(first as Buffer))
      client.pipe(upstream)
    })
    upstream.on('data', (bytes) => void client.write(answer(bytes as Buffer)))
    upstream.on('close', () => client.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const own = new URL(url)
  own.hostname = '127.0.0.1'
  own.port = String((proxy.address() as AddressInfo).port)
  return {
    url: own.href,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}

/** Removes all parameters except `user` and `database` from a start-up message, as `ignore_startup_parameters` does. */
const withoutParameters = (message: Buffer): Buffer => {
  const words = message.subarray(8).toString().split('\0')
  const kept = ['user', 'database'].flatMap((name) => [name, words[words.indexOf(name) + 1] ?? ''])
  const body = Buffer.from(`${kept.join('\0')}\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(body.length + 8, 0)
  message.copy(head, 4, 4, 8)
  return Buffer.concat([head, body])
}

/** Replaces the process id in BackendKeyData (`K`, length 12, process, secret) by another one. */
const withOwnKey = (bytes: Buffer): Buffer => {
  const at = bytes.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]))
  if (at >= 0) bytes.writeInt32BE(7, at + 5)
  return bytes
}

const fatal = (code: string, text: string): Buffer => {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${text}\0\0`)
  const head = Buffer.from([0x45, 0, 0, 0, 0])
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

describe.skipIf(noStackReason())('the check of the connection to PostgreSQL', () => {
  const check = async (url: string) => {
    const log = recordingLog()
    await assertDirectSession(url, defaultTimes, log)
    return log.lines
  }

  it('accepts a direct connection without a warning', async () => {
    expect(await check(await sharedStack().createDatabase())).toEqual([])
  })

  it('ends the start when a pooler refuses the startup parameters', async () => {
    const refusal = fatal('08P01', 'unsupported startup parameter: statement_timeout')
    await using pooler = await poolerBefore(await sharedStack().createDatabase(), { refusal })
    await expect(check(pooler.url)).rejects.toThrow(StartError)
    await expect(check(pooler.url)).rejects.toThrow('connection pooler that drops the settings of a session')
  })

  it('ends the start when a pooler drops the startup parameters', async () => {
    await using pooler = await poolerBefore(await sharedStack().createDatabase(), { startup: withoutParameters })
    await expect(check(pooler.url)).rejects.toThrow(StartError)
    await expect(check(pooler.url)).rejects.toThrow('connection pooler that drops the settings of a session')
  })

  it('accepts a pooler in session mode with a warning', async () => {
    await using pooler = await poolerBefore(await sharedStack().createDatabase(), { answer: withOwnKey })
    const lines = await check(pooler.url)
    expect(lines).toEqual([expect.stringContaining('a connection pooler is in front of the database')])
  })

  it('waits while the database does not answer', async () => {
    await expect(check('postgres://chat@127.0.0.1:1/chat')).rejects.toThrow(StoreError)
  })
})
