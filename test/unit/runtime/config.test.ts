import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { defaultBounds } from '../../../shared/runtime/bounds.ts'
import { readConfig, readConfigFor, readDistributedConfig } from '../../../shared/runtime/config.ts'
import { ConfigError } from '../../../shared/runtime/config-error.ts'
import { settings, variableName } from '../../../shared/runtime/settings.ts'
import { defaultTimes } from '../../../shared/runtime/times.ts'

const addresses = {
  DATABASE_URL: 'postgres://chat:s3cret@db.example/chat',
  REDIS_URL: 'redis://:s3cret@redis.example:6379',
  KAFKA_BROKERS: 'one.example:9092, two.example:9092',
}

const errorOf = (read: () => unknown): ConfigError => {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('the configuration was accepted')
}

const keysOf = (read: () => unknown): string[] => errorOf(read).problems.map(({ key }) => key)

describe('readConfig', () => {
  it('is embedded with nothing set, on this machine only', () => {
    expect(readConfig({})).toMatchObject({
      mode: 'embedded',
      host: '127.0.0.1',
      port: 8080,
      internalHost: '127.0.0.1',
      internalPort: 8081,
      dataDir: './data',
      namespace: '',
      partitions: 60,
      replicationFactor: undefined,
      redisCluster: false,
      auth: 'off',
      logLevel: 'info',
      times: defaultTimes,
      bounds: defaultBounds,
      limits: defaultLimits,
    })
  })

  it('is distributed with all three addresses set', () => {
    expect(readConfig({ ...addresses, AUTH: 'off' })).toMatchObject({
      mode: 'distributed',
      databaseUrl: addresses.DATABASE_URL,
      redisUrl: addresses.REDIS_URL,
      kafkaBrokers: ['one.example:9092', 'two.example:9092'],
    })
  })

  it.each([['DATABASE_URL'], ['REDIS_URL'], ['KAFKA_BROKERS']] as const)('names %s when it alone is missing', (key) => {
    const problems = keysOf(() => readConfig({ ...addresses, AUTH: 'off', [key]: undefined }))
    expect(problems).toEqual([key])
  })

  it('names the two that are missing', () => {
    expect(keysOf(() => readConfig({ REDIS_URL: addresses.REDIS_URL, AUTH: 'off' }))).toEqual(['DATABASE_URL', 'KAFKA_BROKERS'])
  })

  it('refuses the distributed mode without AUTH', () => {
    expect(keysOf(() => readConfig(addresses))).toEqual(['AUTH'])
  })

  it('takes an empty variable for an unset one', () => {
    expect(readConfig({ DATABASE_URL: '', REDIS_URL: '', KAFKA_BROKERS: '', PORT: '' })).toEqual(readConfig({}))
  })

  it('lets the internal port listen where the public one does, unless told otherwise', () => {
    expect(readConfig({ HOST: '0.0.0.0' }).internalHost).toBe('0.0.0.0')
    expect(readConfig({ HOST: '0.0.0.0', INTERNAL_HOST: '10.0.0.1' }).internalHost).toBe('10.0.0.1')
  })

  it('takes every time, bound and limit from the variable of its name', () => {
    for (const [group, defaults] of Object.entries({
      times: defaultTimes,
      bounds: defaultBounds,
      limits: { ...defaultLimits },
    })) {
      for (const name of Object.keys(defaults)) {
        const config = readConfig({ [variableName(name)]: '7' }) as unknown as Record<string, Record<string, number>>
        expect(config[group]).toEqual({ ...defaults, [name]: 7 })
      }
    }
  })

  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80a'],
    ['PORT', '1e3'],
    ['LOCK_MS', '0'],
    ['LOCK_MS', '0.5'],
    ['STOP_MS', '2147483648'],
    ['FRAME_BYTES', '64K'],
    ['REDIS_CLUSTER', 'yes'],
    ['LOG_LEVEL', 'loud'],
    ['AUTH', 'none'],
    ['NAMESPACE', 'a_b'],
    ['HOST', 'two words'],
  ])('refuses %s=%s', (key, value) => {
    expect(keysOf(() => readConfig({ [key]: value }))).toEqual([key])
  })

  it.each([
    ['DATABASE_URL', 'mysql://db'],
    ['DATABASE_URL', 'db:5432'],
    ['REDIS_URL', 'localhost:6379'],
    ['KAFKA_BROKERS', 'broker'],
    ['KAFKA_BROKERS', 'a:1,,b:2'],
  ])('refuses the address %s=%s', (key, value) => {
    expect(keysOf(() => readConfig({ ...addresses, AUTH: 'off', [key]: value }))).toEqual([key])
  })

  it('names every bad variable at once, and never a value', () => {
    const env = {
      ...addresses,
      DATABASE_URL: 'mysql://chat:s3cret@db.example',
      KAFKA_BROKERS: 's3cret',
      PORT: 's3cret',
      AUTH: 's3cret',
    }
    const error = errorOf(() => readConfig(env))
    expect(error.problems.map(({ key }) => key).toSorted()).toEqual(['AUTH', 'DATABASE_URL', 'KAFKA_BROKERS', 'PORT'])
    for (const { key } of error.problems) expect(error.message).toContain(key)
    expect(JSON.stringify(error) + error.stack).not.toContain('s3cret')
  })

  it('cannot be changed once it is read', () => {
    const config = readDistributedConfig({ ...addresses, AUTH: 'off' })
    for (const part of [config, config.times, config.bounds, config.limits, config.kafkaBrokers])
      expect(Object.isFrozen(part)).toBe(true)
  })
})

describe('readDistributedConfig', () => {
  it('names all that a distributed process lacks', () => {
    expect(keysOf(() => readDistributedConfig({}))).toEqual(['DATABASE_URL', 'REDIS_URL', 'KAFKA_BROKERS', 'AUTH'])
  })
})

describe('readConfigFor', () => {
  it('asks for nothing but what is needed', () => {
    expect(readConfigFor(['kafkaBrokers'], { KAFKA_BROKERS: addresses.KAFKA_BROKERS }).kafkaBrokers).toHaveLength(2)
    expect(keysOf(() => readConfigFor(['databaseUrl'], { KAFKA_BROKERS: addresses.KAFKA_BROKERS }))).toEqual(['DATABASE_URL'])
  })

  it('checks what is not needed all the same', () => {
    expect(keysOf(() => readConfigFor([], { PORT: 'x' }))).toEqual(['PORT'])
  })
})

describe('settings', () => {
  it('give no name to two variables', () => {
    const names = Object.values(settings).flatMap((group) => Object.keys(group))
    expect(new Set(names).size).toBe(names.length)
  })
})
