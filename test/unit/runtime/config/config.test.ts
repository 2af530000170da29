import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import { defaultBounds } from '../../../../shared/runtime/config/bounds.ts'
import { readConfig, readConfigFor, readDistributedConfig, readGatewayConfig } from '../../../../shared/runtime/config/config.ts'
import { ConfigError } from '../../../../shared/runtime/config/config-error.ts'
import { settings, variableName } from '../../../../shared/runtime/config/settings.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'

const addresses = {
  DATABASE_URL: 'postgres://chat:s3cret@db.example/chat',
  REDIS_URL: 'redis://:s3cret@redis.example:6379',
  KAFKA_BROKERS: 'one.example:9092, two.example:9092',
}

const secret = 'thirty-two bytes at the very least'
const jwt = { AUTH: 'jwt', JWT_SECRET: secret }
const keySet = { AUTH: 'jwt', JWT_AUDIENCE: 'chat', JWT_ISSUER: 'https://issuer.example' }

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
  it('selects the embedded mode on loopback when no variable is set', () => {
    expect(readConfig({})).toMatchObject({
      mode: 'embedded',
      host: '127.0.0.1',
      port: 8080,
      internalHost: '127.0.0.1',
      internalPort: 8081,
      dataDir: './data',
      namespace: '',
      partitions: 12,
      replicationFactor: undefined,
      redisCluster: false,
      access: { jwt: undefined, allowedOrigins: undefined, trustedProxies: [] },
      logLevel: 'info',
      times: defaultTimes,
      bounds: defaultBounds,
      limits: defaultLimits,
    })
  })

  it('selects the distributed mode when all three addresses are set', () => {
    expect(readConfig({ ...addresses, AUTH: 'off' })).toMatchObject({
      mode: 'distributed',
      databaseUrl: addresses.DATABASE_URL,
      redisUrl: addresses.REDIS_URL,
      kafkaBrokers: ['one.example:9092', 'two.example:9092'],
    })
  })

  it.each([['DATABASE_URL'], ['REDIS_URL'], ['KAFKA_BROKERS']] as const)('names %s when only that address is missing', (key) => {
    const problems = keysOf(() => readConfig({ ...addresses, AUTH: 'off', [key]: undefined }))
    expect(problems).toEqual([key])
  })

  it('names both missing addresses', () => {
    expect(keysOf(() => readConfig({ REDIS_URL: addresses.REDIS_URL, AUTH: 'off' }))).toEqual(['DATABASE_URL', 'KAFKA_BROKERS'])
  })

  it('refuses the distributed mode without AUTH', () => {
    expect(keysOf(() => readConfig(addresses))).toEqual(['AUTH'])
  })

  it('treats an empty variable as unset', () => {
    expect(readConfig({ DATABASE_URL: '', REDIS_URL: '', KAFKA_BROKERS: '', PORT: '' })).toEqual(readConfig({}))
  })

  it('uses HOST for the internal port unless INTERNAL_HOST is set', () => {
    const open = { HOST: '0.0.0.0', AUTH_ALLOW_OFF: 'true' }
    expect(readConfig(open).internalHost).toBe('0.0.0.0')
    expect(readConfig({ ...open, INTERNAL_HOST: '10.0.0.1' }).internalHost).toBe('10.0.0.1')
  })

  it('reads every time, bound, limit and rate from the variable of its name', () => {
    for (const [group, defaults] of Object.entries({
      times: defaultTimes,
      bounds: defaultBounds,
      limits: { ...defaultLimits },
    })) {
      for (const [name, value] of Object.entries(defaults)) {
        const env = { [variableName(name)]: String(value + 1) }
        const config = readConfig(env) as unknown as Record<string, Record<string, number>>
        expect(config[group]).toEqual({ ...defaults, [name]: value + 1 })
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

  it('names all bad variables in one error, without their values', () => {
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

  it('returns a frozen configuration', () => {
    const config = readGatewayConfig({ ...addresses, AUTH: 'jwt', JWT_SECRET: secret })
    for (const part of [
      config,
      config.access,
      config.access.jwt,
      config.access.trustedProxies,
      config.times,
      config.bounds,
      config.limits,
      config.kafkaBrokers,
    ])
      expect(Object.isFrozen(part)).toBe(true)
  })
})

describe('readDistributedConfig', () => {
  it('names all missing variables of a distributed process', () => {
    expect(keysOf(() => readDistributedConfig({}))).toEqual(['DATABASE_URL', 'REDIS_URL', 'KAFKA_BROKERS'])
  })

  it('requires no token keys', () => {
    const config = readDistributedConfig({ ...addresses, JWT_SECRET: secret })
    expect(JSON.stringify(config)).not.toContain(secret)
  })
})

describe('readGatewayConfig', () => {
  it('names all missing variables of a gateway', () => {
    expect(keysOf(() => readGatewayConfig({}))).toEqual(['DATABASE_URL', 'REDIS_URL', 'KAFKA_BROKERS', 'AUTH'])
  })
})

describe('readConfigFor', () => {
  it('requires the number of days for which deleted content is kept only where it decides what is deleted', () => {
    const address = { DATABASE_URL: addresses.DATABASE_URL }
    expect(keysOf(() => readConfigFor(['databaseUrl', 'deletedKeepDays'], address))).toEqual(['DELETED_KEEP_DAYS'])
    const set = { ...address, DELETED_KEEP_DAYS: '7' }
    expect(readConfigFor(['databaseUrl', 'deletedKeepDays'], set).deletedKeepDays).toBe(7)
    expect(readConfigFor(['databaseUrl'], address).deletedKeepDays).toBe(0)
  })

  it('requires only the addresses that are needed', () => {
    expect(readConfigFor(['kafkaBrokers'], { KAFKA_BROKERS: addresses.KAFKA_BROKERS }).kafkaBrokers).toHaveLength(2)
    expect(keysOf(() => readConfigFor(['databaseUrl'], { KAFKA_BROKERS: addresses.KAFKA_BROKERS }))).toEqual(['DATABASE_URL'])
  })

  it('validates variables that are not needed, too', () => {
    expect(keysOf(() => readConfigFor([], { PORT: 'x' }))).toEqual(['PORT'])
  })
})

describe('the access settings', () => {
  it('accept a secret or a key set for tokens', () => {
    expect(
      readConfig({ ...jwt, JWT_AUDIENCE: 'chat', JWT_ISSUER: 'https://issuer.example', JWT_LEEWAY_S: '9' }).access.jwt,
    ).toEqual({
      keys: { secret },
      audience: 'chat',
      issuer: 'https://issuer.example',
      leewayS: 9,
      lifeMaxS: 86_400,
    })
    const previous = `${secret} before`
    expect(readConfig({ ...jwt, JWT_SECRET_PREVIOUS: previous }).access.jwt?.keys).toEqual({ secret, previous })
    expect(readConfig({ ...jwt, TOKEN_LIFE_MAX_S: '60' }).access.jwt?.lifeMaxS).toBe(60)
    expect(readConfig({ ...keySet, JWT_JWKS: './keys.json' }).access.jwt?.keys).toEqual({ jwks: './keys.json' })
  })

  it.each([
    ['without any key', { AUTH: 'jwt' }, 'JWT_SECRET'],
    ['with two', { ...jwt, JWT_JWKS: './keys.json' }, 'JWT_SECRET'],
    ['with a key that is too short', { AUTH: 'jwt', JWT_SECRET: 'x'.repeat(31) }, 'JWT_SECRET'],
    ['with a previous key that is too short', { ...jwt, JWT_SECRET_PREVIOUS: 'x' }, 'JWT_SECRET_PREVIOUS'],
    [
      'with a previous key beside a key set',
      { ...keySet, JWT_JWKS: './k.json', JWT_SECRET_PREVIOUS: secret },
      'JWT_SECRET_PREVIOUS',
    ],
    ['with keys over a bare network', { AUTH: 'jwt', JWT_JWKS: 'http://issuer.example/keys' }, 'JWT_JWKS'],
    ['with more leeway than clocks need', { ...jwt, JWT_LEEWAY_S: '61' }, 'JWT_LEEWAY_S'],
  ])('refuse %s', (_, env, key) => {
    expect(keysOf(() => readConfig(env))).toEqual([key])
  })

  it.each([
    ['./keys.json'],
    ['/etc/keys.json'],
    ['https://issuer.example/keys'],
    ['http://127.0.0.1:9/keys'],
    ['http://localhost/keys'],
    ['http://[::1]/keys'],
  ])('accept a key set in %s', (place) => {
    expect(readConfig({ ...keySet, JWT_JWKS: place }).access.jwt?.keys).toEqual({ jwks: place })
  })

  it.each([
    ['an audience', { JWT_AUDIENCE: undefined }, ['JWT_AUDIENCE']],
    ['an issuer', { JWT_ISSUER: undefined }, ['JWT_ISSUER']],
    ['both', { JWT_AUDIENCE: undefined, JWT_ISSUER: '' }, ['JWT_AUDIENCE', 'JWT_ISSUER']],
  ])('require %s with a key set, unless JWT_ALLOW_UNCHECKED is true', (_, missing, keys) => {
    const env = { ...keySet, JWT_JWKS: './keys.json', ...missing }
    expect(keysOf(() => readConfig(env))).toEqual(keys)
    expect(keysOf(() => readGatewayConfig({ ...addresses, ...env }))).toEqual(keys)
    expect(readConfig({ ...env, JWT_ALLOW_UNCHECKED: 'true' }).access.jwt?.keys).toEqual({ jwks: './keys.json' })
  })

  it('require neither audience nor issuer with a secret, which only this service shares with the issuer', () => {
    expect(readConfig(jwt).access.jwt).toMatchObject({ audience: undefined, issuer: undefined })
  })

  it.each([['JWT_SECRET'], ['JWT_SECRET_PREVIOUS'], ['JWT_AUDIENCE'], ['JWT_ISSUER'], ['JWT_JWKS']])(
    'refuse AUTH=off where %s is set',
    (key) => {
      expect(keysOf(() => readConfig({ [key]: secret }))).toEqual([key])
    },
  )

  it.each(['0.0.0.0', '::', '10.0.0.1', 'chat.example', '128.0.0.1'])(
    'refuse AUTH=off on %s, unless AUTH_ALLOW_OFF is true',
    (HOST) => {
      expect(keysOf(() => readConfig({ HOST }))).toEqual(['AUTH'])
      expect(keysOf(() => readGatewayConfig({ ...addresses, AUTH: 'off', HOST }))).toEqual(['AUTH'])
      expect(readConfig({ HOST, AUTH_ALLOW_OFF: 'true' }).access.jwt).toBeUndefined()
      expect(readConfig({ HOST, ...jwt }).access.jwt).toBeDefined()
    },
  )

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('allow AUTH=off on %s', (HOST) => {
    expect(readConfig({ HOST }).access.jwt).toBeUndefined()
  })

  it('refuse AUTH=off in production, unless AUTH_ALLOW_OFF is true', () => {
    expect(keysOf(() => readConfig({ NODE_ENV: 'production' }))).toEqual(['AUTH'])
    expect(readConfig({ NODE_ENV: 'production', AUTH_ALLOW_OFF: 'true' }).access.jwt).toBeUndefined()
    expect(readConfig({ NODE_ENV: 'development' }).access.jwt).toBeUndefined()
  })

  it('contain the allowed origins and the trusted proxies', () => {
    const env = { ALLOWED_ORIGINS: 'https://a.example, http://b.example:8080', TRUSTED_PROXIES: '10.0.0.0/8, ::1' }
    expect(readConfig(env).access).toMatchObject({
      allowedOrigins: ['https://a.example', 'http://b.example:8080'],
      trustedProxies: ['10.0.0.0/8', '::1'],
    })
  })

  it.each([
    ['ALLOWED_ORIGINS', '*'],
    ['ALLOWED_ORIGINS', 'https://*.example.com'],
    ['ALLOWED_ORIGINS', 'https://a.example/'],
    ['ALLOWED_ORIGINS', 'https://A.example'],
    ['ALLOWED_ORIGINS', 'null'],
    ['ALLOWED_ORIGINS', 'a.example'],
    ['ALLOWED_ORIGINS', 'https://a.example,'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '0.0.0.0/0'],
    ['TRUSTED_PROXIES', '::/0'],
    ['TRUSTED_PROXIES', '10.40.0.1,128.0.0.0/7'],
    ['TRUSTED_PROXIES', '10.0.0.0/8/8'],
    ['TRUSTED_PROXIES', '10.0.0'],
    ['TRUSTED_PROXIES', 'proxy.example'],
    ['AUTH_ALLOW_OFF', '1'],
  ])('refuse %s=%s', (key, value) => {
    expect(keysOf(() => readConfig({ [key]: value }))).toEqual([key])
  })
})

describe('settings', () => {
  it('have unique names', () => {
    const names = Object.values(settings).flatMap((group) => Object.keys(group))
    expect(new Set(names).size).toBe(names.length)
  })
})
