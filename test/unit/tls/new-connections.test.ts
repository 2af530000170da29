import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ISocketFactoryArgs } from 'kafkajs'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { kafkaClient } from '../../../infra/kafka/client.ts'
import { kafkaSecurity } from '../../../infra/kafka/driver/kafka-security.ts'
import { connectionConfig } from '../../../infra/postgres/connection/connection-config.ts'
import { closeOrm, makeOrm, nativePool } from '../../../infra/postgres/connection/orm.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { makeAuthority } from '../../security/secured/services/authority.ts'
import { recordingLog } from '../../support/recording-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'new-connections-'))
const ca = join(folder, 'trusted.pem')
const [first, second] = [await makeAuthority(folder, 'first'), await makeAuthority(folder, 'second')]
const trust = (file: string): string => {
  const text = readFileSync(file, 'utf8')
  writeFileSync(ca, text)
  return text
}

/** The CA that a driver passes to the next TLS connection, which copies the options. */
const usedCa = (options: unknown): unknown => ({ ...(options as object) }) as { readonly ca?: unknown }

describe('after a change of the CA file, new connections trust the new CA', () => {
  beforeEach(() => void trust(first.ca))
  afterAll(() => rmSync(folder, { recursive: true }))

  const url = `postgres://user:secret@127.0.0.1:1/chat?sslmode=verify-full&sslrootcert=${ca}`

  it('of the pool of Postgres', async () => {
    const log = recordingLog()
    const orm = await makeOrm({ url, poolMax: 1, applicationName: 'test', connectMs: 100, log })
    const pool = await nativePool(orm)
    expect(usedCa(pool.options.ssl)).toMatchObject({ ca: readFileSync(first.ca, 'utf8'), rejectUnauthorized: true })
    const text = trust(second.ca)
    expect(usedCa(pool.options.ssl)).toMatchObject({ ca: text, rejectUnauthorized: true })
    await closeOrm(orm)
  })

  it('of single sessions of Postgres', () => {
    const { ssl } = connectionConfig(url)
    const text = trust(second.ca)
    expect(usedCa(ssl)).toMatchObject({ ca: text, rejectUnauthorized: true })
  })

  it('of Kafka', async () => {
    const seen: unknown[] = []
    const create = ({ ssl }: ISocketFactoryArgs): Socket => {
      seen.push((usedCa(ssl) as { readonly ca?: unknown }).ca)
      const socket = new Socket()
      setImmediate(() => socket.destroy(new Error('no server')))
      return socket
    }
    const sockets = { create, produced: 0, hasLost: false, shut: () => {} }
    const security = kafkaSecurity({
      kafkaTls: { ca, cert: undefined, key: undefined },
      kafkaLogin: undefined,
      redisTls: undefined,
    })
    const options = {
      brokers: ['127.0.0.1:1'],
      namespace: '',
      clientId: 'test',
      security,
      times: defaultTimes,
      log: recordingLog(),
    }
    const admin = kafkaClient(options as never, sockets, { retries: 0 }).admin()
    await expect(admin.connect()).rejects.toThrow()
    const text = trust(second.ca)
    await expect(admin.connect()).rejects.toThrow()
    expect(seen.at(0)).toBe(readFileSync(first.ca, 'utf8'))
    expect(seen.at(-1)).toBe(text)
  })
})
