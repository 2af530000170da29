import { describe, expect, it } from 'vitest'
import {
  readConfig,
  readDistributedConfig,
  readGatewayConfig,
  readRelayConfig,
} from '../../../../shared/runtime/config/config.ts'

const key = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const other = `whsec_${Buffer.alloc(24, 2).toString('base64')}`
const addresses = { DATABASE_URL: 'postgres://localhost/chat', KAFKA_BROKERS: 'localhost:9092' }
const webhook = { WEBHOOK_URL: 'https://example.com/hook', WEBHOOK_SECRETS: key }

describe('The configuration of a relay', () => {
  it('needs neither Redis nor the settings of tokens', () => {
    const config = readRelayConfig({ ...addresses, ...webhook, RELAY_SINK: 'webhook' })
    expect(config).toMatchObject({
      databaseUrl: addresses.DATABASE_URL,
      kafkaBrokers: [addresses.KAFKA_BROKERS],
      sink: 'webhook',
      webhook: { url: webhook.WEBHOOK_URL, secrets: [key], privateNetworks: [] },
    })
  })

  it('names every variable that is missing', () => {
    const read = () => readRelayConfig({})
    for (const name of ['DATABASE_URL', 'KAFKA_BROKERS', 'RELAY_SINK', 'WEBHOOK_URL']) expect(read).toThrow(name)
    expect(() => readRelayConfig({ ...addresses, RELAY_SINK: 'webhook', WEBHOOK_URL: webhook.WEBHOOK_URL })).toThrow(
      'WEBHOOK_SECRETS must be set with WEBHOOK_URL',
    )
  })

  it('names the sink that does not exist, and the variables that are missing for any sink', () => {
    const read = (sink: string) => () => readRelayConfig({ KAFKA_BROKERS: addresses.KAFKA_BROKERS, RELAY_SINK: sink })
    for (const sink of ['puhs', 'toString']) expect(read(sink)).toThrow(/^configuration: RELAY_SINK must be .*; DATABASE_URL is/)
  })

  it('names the URL that is none', () => {
    const read = (change: object) => () => readRelayConfig({ ...addresses, ...webhook, RELAY_SINK: 'webhook', ...change })
    expect(read({ WEBHOOK_URL: 'example' })).toThrow('configuration: WEBHOOK_URL must be a URL that begins with https://')
    expect(read({ DATABASE_URL: 'db:5432' })).toThrow('configuration: DATABASE_URL must be a URL that begins with postgres://')
    expect(read({ DATABASE_URL: 'chat' })).toThrow('configuration: DATABASE_URL must be a URL that begins with postgres://')
  })

  it('with notifications needs the URL of their receiver, a key, and Redis', () => {
    const push = { PUSH_URL: 'https://example.com/push', WEBHOOK_SECRETS: key, REDIS_URL: 'redis://localhost' }
    expect(readRelayConfig({ ...addresses, ...push, RELAY_SINK: 'push' })).toMatchObject({
      sink: 'push',
      redisUrl: push.REDIS_URL,
      push: { url: push.PUSH_URL, secrets: [key] },
    })
    const { REDIS_URL: _, ...withoutRedis } = push
    expect(() => readRelayConfig({ ...addresses, ...withoutRedis, RELAY_SINK: 'push' })).toThrow('REDIS_URL')
    expect(() => readRelayConfig({ ...addresses, ...webhook, REDIS_URL: push.REDIS_URL, RELAY_SINK: 'push' })).toThrow('PUSH_URL')
    expect(() => readConfig({ PUSH_URL: push.PUSH_URL })).toThrow('WEBHOOK_SECRETS must be set with PUSH_URL')
    expect(() => readConfig({ ...push, REDIS_URL: undefined, PUSH_URL: 'http://10.1.2.3/push' })).toThrow(
      'PUSH_URL must begin with https://',
    )
  })

  it('accepts two keys, separated by a comma, and no third', () => {
    const read = (secrets: string) => readConfig({ ...webhook, WEBHOOK_SECRETS: secrets })
    expect(read(`${key},${other}`)).toMatchObject({ webhook: { secrets: [key, other] } })
    expect(() => read(`${key},${other},${key}`)).toThrow('must be one key or two')
    expect(() => read('whsec_short')).toThrow('must be keys like whsec_…')
  })

  it('allows plain HTTP only with private networks', () => {
    const plain = { ...webhook, WEBHOOK_URL: 'http://10.1.2.3/hook' }
    expect(() => readConfig(plain)).toThrow('must begin with https://, unless WEBHOOK_PRIVATE_NETWORKS is set')
    expect(readConfig({ ...plain, WEBHOOK_PRIVATE_NETWORKS: '10.1.0.0/16' })).toMatchObject({
      webhook: { privateNetworks: ['10.1.0.0/16'] },
    })
    expect(() => readConfig({ ...plain, WEBHOOK_PRIVATE_NETWORKS: '0.0.0.0/0' })).toThrow('none wider than /8')
  })

  it('refuses a URL with a user name, because it would be a second secret', () => {
    expect(() => readConfig({ ...webhook, WEBHOOK_URL: 'https://ann:secret@example.com/' })).toThrow('must have no user name')
  })

  it('of the check before sending needs a key, is part of a gateway only, and accepts messages on failure by default', () => {
    const checked = { PRE_SEND_URL: 'https://example.com/check', WEBHOOK_SECRETS: key }
    expect(readConfig(checked)).toMatchObject({ preSend: { url: checked.PRE_SEND_URL, acceptsOnFailure: true } })
    expect(readConfig({ ...checked, PRE_SEND_ON_FAILURE: 'refuse' })).toMatchObject({ preSend: { acceptsOnFailure: false } })
    expect(() => readConfig({ PRE_SEND_URL: checked.PRE_SEND_URL })).toThrow('WEBHOOK_SECRETS must be set with PRE_SEND_URL')
    const distributed = { ...addresses, REDIS_URL: 'redis://localhost', AUTH: 'off', ...checked }
    expect(readGatewayConfig(distributed)).toMatchObject({ preSend: { secrets: [key] } })
    expect(() => readGatewayConfig({ ...distributed, PRE_SEND_URL: 'http://example.com/' })).toThrow('PRE_SEND_URL')
    expect(JSON.stringify(readDistributedConfig(distributed))).not.toContain(key)
  })

  it('is not part of the configuration of the other processes', () => {
    expect(readConfig({})).toMatchObject({ webhook: undefined, push: undefined })
    const env = { ...addresses, REDIS_URL: 'redis://localhost', ...webhook }
    expect(JSON.stringify(readDistributedConfig(env))).not.toContain(key)
  })
})
