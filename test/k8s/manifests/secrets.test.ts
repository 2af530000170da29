import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { projectFolder } from '../../support/stack/replica.ts'
import { rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { configOf } from '../support/service-config.ts'

const folder = mkdtempSync(join(tmpdir(), 'chat-secrets-'))
const file = join(folder, 'secrets.json')
afterAll(() => rmSync(folder, { recursive: true }))

const redisRoles = ['gateway', 'writer', 'relay'] as const

type Stored = Readonly<Record<string, { readonly data: Readonly<Record<string, string>> }>>
const stored = (): Stored => JSON.parse(readFileSync(file, 'utf8')) as Stored
const secretValue = (secret: string, key: string): string => Buffer.from(stored()[secret]?.data[key] ?? '', 'base64').toString()

const bucketLogins = {
  GATEWAY_S3_ACCESS_KEY_ID: 'of gateways',
  GATEWAY_S3_SECRET_ACCESS_KEY: 'secret of gateways',
  SWEEP_S3_ACCESS_KEY_ID: 'of sweep',
  SWEEP_S3_SECRET_ACCESS_KEY: 'secret of sweep',
}

const run = (step: string, further: Readonly<Record<string, string>> = {}): string => {
  const kubectl = `${process.execPath} ${join(projectFolder, 'test/k8s/support/secret-store.ts')} ${file}`
  const script = join(projectFolder, 'k8s/overlays/prod/secrets.sh')
  return execFileSync('sh', [script, step], {
    encoding: 'utf8',
    env: {
      ...process.env,
      KUBECTL: kubectl,
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      ...bucketLogins,
      ...further,
    },
    stdio: 'pipe',
  })
}

const encoded = (text: string): string => Buffer.from(text).toString('base64')
/** What Strimzi and CloudNativePG create. */
const ofOperators = {
  'chat-data/chat-cluster-ca-cert': { data: { 'ca.crt': encoded('CA of Kafka') } },
  'chat-data/chat-ca': { data: { 'ca.crt': encoded('CA of Postgres') } },
}

/** The Secrets that the rendered objects name, with the keys that they name. */
const referenced = (): Record<string, Set<string>> => {
  const found: Record<string, Set<string>> = {}
  const note = (namespace: string, name: unknown, ...keys: unknown[]): void => {
    const place = `${namespace}/${String(name)}`
    found[place] = new Set([...(found[place] ?? []), ...keys.map(String)])
  }
  const visit = (namespace: string, value: unknown, parent: string): void => {
    if (Array.isArray(value)) for (const item of value) visit(namespace, item, parent)
    else if (typeof value === 'object' && value !== null) {
      const fields = value as Readonly<Record<string, unknown>>
      const { name, key, secretName, items } = fields
      if (['secretKeyRef', 'secretTargetRef', 'accessKeyId', 'secretAccessKey'].includes(parent)) note(namespace, name, key)
      else if (parent === 'passwordSecret' || (parent === 'secret' && name !== undefined))
        note(namespace, name, 'username', 'password')
      else if (secretName !== undefined) {
        note(namespace, secretName, ...((items ?? []) as readonly { readonly key: string }[]).map((item) => item.key))
      }
      for (const [field, inner] of Object.entries(fields)) visit(namespace, inner, field)
    }
  }
  for (const { metadata, spec } of rendered('prod').all) visit(metadata.namespace ?? '', spec, '')
  return found
}

describe('the script that creates the Secrets of prod', { timeout: 120_000 }, () => {
  needsRenderer()

  it('creates every Secret and key that the manifests name, and no other Secret', () => {
    writeFileSync(file, '{}')
    run('data')
    writeFileSync(file, JSON.stringify({ ...stored(), ...ofOperators }))
    run('services')
    const names = referenced()
    const created = Object.keys(stored()).filter((name) => !Object.hasOwn(ofOperators, name))
    expect(created.toSorted()).toEqual(Object.keys(names).toSorted())
    for (const [name, keys] of Object.entries(names))
      expect(Object.keys(stored()[name]?.data ?? {})).toEqual(expect.arrayContaining([...keys]))
  })

  it('creates addresses with which the services start: encrypted, each with its own user', () => {
    for (const name of ['gateway', 'writer'] as const) {
      const secrets = {
        DATABASE_URL: secretValue(`chat/chat-${name}`, 'database-url'),
        REDIS_URL: secretValue(`chat/chat-${name}`, 'redis-url'),
      }
      expect(() => configOf('prod', name, secrets)).not.toThrow()
      expect(secrets.DATABASE_URL).toContain(
        `postgres://chat_${name}:${secretValue(`chat-data/chat-postgres-${name}`, 'password')}@`,
      )
      expect(secrets.REDIS_URL).toContain(
        `rediss://chat-${name}:${secretValue('chat-data/chat-redis-users', name)}@redis.chat-data:6379`,
      )
      expect(secretValue(`chat/chat-${name}`, 'kafka-password')).toBe(secretValue(`chat-data/chat-kafka-${name}`, 'password'))
    }
  })

  it('gives the services the CA certificates of all three servers', () => {
    const bundle = secretValue('chat/chat-ca', 'ca.crt')
    expect(bundle).toContain('CA of Kafka\nCA of Postgres\n')
    expect(bundle).toContain(secretValue('chat-data/chat-redis-certificate', 'ca.crt'))
  })

  it('creates a certificate of Redis for the host name in the addresses', () => {
    const certificate = new X509Certificate(secretValue('chat-data/chat-redis-certificate', 'tls.crt'))
    const { hostname } = new URL(secretValue('chat/chat-gateway', 'redis-url'))
    expect(certificate.checkHost(hostname)).toBe(hostname)
    expect(certificate.verify(new X509Certificate(secretValue('chat-data/chat-redis-certificate', 'ca.crt')).publicKey)).toBe(
      true,
    )
  })

  it('creates the users of infra/redis/users.acl, without the prefix of a namespace', () => {
    const acl = secretValue('chat-data/chat-redis-users', 'users.acl')
    const model = readFileSync(join(projectFolder, 'infra/redis/users.acl'), 'utf8')
    const expected = model.replaceAll('&chat:', '&').replaceAll('~chat:', '~')
    const passwords = redisRoles.map((name) => secretValue('chat-data/chat-redis-users', name))
    expect(acl).toBe(passwords.reduce((text, password, index) => text.replace(`CHANGE-ME-${index + 1}`, password), expected))
    expect(new Set(passwords).size).toBe(3)
    expect(acl).not.toContain('CHANGE-ME')
  })

  it('keeps passwords when it runs again, and copies a renewed CA certificate', () => {
    const before = stored()
    const renewed = { ...before, 'chat-data/chat-ca': { data: { 'ca.crt': encoded('renewed CA') } } }
    writeFileSync(file, JSON.stringify(renewed))
    run('data')
    run('services')
    expect(secretValue('chat/chat-ca', 'ca.crt')).toContain('renewed CA')
    const changed = Object.keys(before).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(stored()[name]))
    expect(changed).toEqual(['chat-data/chat-ca', 'chat/chat-ca'])
  })

  const redisUsers = (): Readonly<Record<string, string>> =>
    Object.fromEntries(['users.acl', ...redisRoles].map((key) => [key, secretValue('chat-data/chat-redis-users', key)]))
  const putRedisUsers = (users: Readonly<Record<string, string>>): void => {
    const data = Object.fromEntries(Object.entries(users).map(([key, value]) => [key, encoded(value)]))
    writeFileSync(file, JSON.stringify({ ...stored(), 'chat-data/chat-redis-users': { data } }))
  }

  it('gives the users of Redis the present rights when it runs again, and keeps all their passwords and other users', () => {
    const before = redisUsers()
    const [acl = '', ofOperator] = [before['users.acl'], 'user operator on >secret ~* &* +@all\n']
    const second = acl.replace(`>${before.gateway}`, `>${before.gateway} >a/second&one`)
    putRedisUsers({ ...before, 'users.acl': `${second.replace(/ \+pubsub.*/g, '')}${ofOperator}` })
    run('data')
    expect(redisUsers()).toEqual({ ...before, 'users.acl': `${second}${ofOperator}` })
    putRedisUsers(before)
  })

  it('adds a user of Redis that a new version needs, and keeps the others', () => {
    const { relay: _, 'users.acl': acl = '', ...others } = redisUsers()
    putRedisUsers({ ...others, 'users.acl': acl.replace(/^user chat-relay .*\n/m, '') })
    run('data')
    const after = redisUsers()
    expect(after).toEqual({
      ...others,
      relay: expect.stringMatching(/^[0-9a-f]{48}$/) as string,
      'users.acl': expect.any(String) as string,
    })
    expect(after['users.acl']).toBe(acl.replace(/(user chat-relay on )>\S+/, `$1>${after.relay}`))
  })

  it('adds a second password to each user of Redis, which the services get, and later removes the first one', () => {
    const { 'users.acl': acl = '', ...first } = redisUsers()
    run('redis-add')
    run('services')
    const { 'users.acl': both = '', ...second } = redisUsers()
    const replaced = (of: (name: string) => string): string =>
      redisRoles.reduce<string>((text, name) => text.replace(`>${first[name]}`, of(name)), acl)
    for (const name of ['gateway', 'writer']) {
      expect(second[name]).not.toBe(first[name])
      expect(secretValue(`chat/chat-${name}`, 'redis-url')).toContain(`:${second[name]}@`)
    }
    expect(both).toBe(replaced((name) => `>${first[name]} >${second[name]}`))
    run('redis-drop')
    expect(redisUsers()).toEqual({ ...second, 'users.acl': replaced((name) => `>${second[name]}`) })
  })

  it('creates the logins of the relays on request', () => {
    run('relay')
    expect(Object.keys(stored()['chat/chat-relay']?.data ?? {})).toEqual(['database-url', 'kafka-password', 'redis-url'])
    const password = secretValue('chat-data/chat-redis-users', 'relay')
    expect(secretValue('chat/chat-relay', 'redis-url')).toBe(`rediss://chat-relay:${password}@redis.chat-data:6379`)
    expect(secretValue('chat/chat-relay', 'database-url')).toContain(
      `postgres://chat_relay:${secretValue('chat-data/chat-postgres-relay', 'password')}@`,
    )
    expect(secretValue('chat/chat-relay', 'kafka-password')).toBe(secretValue('chat-data/chat-kafka-relay', 'password'))
  })

  it('creates a key of signatures on request, and keeps it when it runs again', () => {
    run('webhooks')
    const { 'chat/chat-webhooks': first } = stored()
    expect(secretValue('chat/chat-webhooks', 'webhook-secrets')).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    run('webhooks')
    expect(stored()['chat/chat-webhooks']).toEqual(first)
  })

  it('stores the logins to the bucket on request, without the key of files for the job, and keeps that key when it runs again', () => {
    run('files')
    const first = secretValue('chat/chat-files', 'file-secret')
    expect(first.length).toBeGreaterThanOrEqual(32)
    const login = (name: string) => ['access-key-id', 'secret-access-key'].map((key) => secretValue(`chat/${name}`, key))
    expect(login('chat-files')).toEqual(['of gateways', 'secret of gateways'])
    expect(login('chat-files-sweep')).toEqual(['of sweep', 'secret of sweep'])
    expect(Object.keys(stored()['chat/chat-files-sweep']?.data ?? {})).toHaveLength(2)
    run('files', { GATEWAY_S3_ACCESS_KEY_ID: 'next' })
    expect(login('chat-files')).toEqual(['next', 'secret of gateways'])
    expect(secretValue('chat/chat-files', 'file-secret')).toBe(first)
    expect(() => run('files', { SWEEP_S3_ACCESS_KEY_ID: '' })).toThrow('of the job sweep')
  })

  it('writes no empty value over a good one when a Secret lacks a key', () => {
    const before = stored()
    const { gateway: _, ...others } = before['chat-data/chat-redis-users']?.data ?? {}
    writeFileSync(file, JSON.stringify({ ...before, 'chat-data/chat-redis-users': { data: others } }))
    expect(() => run('services')).toThrow('chat-redis-users in chat-data has no gateway yet')
    expect(stored()['chat/chat-gateway']).toEqual(before['chat/chat-gateway'])
    writeFileSync(file, JSON.stringify(before))
  })

  it('creates nothing for the services while an operator has not created its CA certificate', () => {
    const { 'chat-data/chat-ca': _, ...rest } = stored()
    writeFileSync(file, JSON.stringify(rest))
    expect(() => run('services')).toThrow()
  })
})
