import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkTopics } from '../../../infra/kafka/admin/check-topics.ts'
import { topicsOf } from '../../../infra/kafka/driver/topics.ts'
import { runCommand } from '../../../infra/native/run-command.ts'
import { connectionConfig } from '../../../infra/postgres/connection/connection-config.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import { journeys } from '../../e2e/journeys.suite.ts'
import { until } from '../../support/poll.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { cleanEnvironment, projectFolder, startService } from '../../support/stack/replica.ts'
import type { Environment, Replica } from '../../support/stack/server.ts'
import { allowLogins, asService } from '../../support/stack/service-logins.ts'
import { stackKind } from '../../support/stack/start-stack.ts'
import { passwords } from './services/passwords.ts'
import type { SecureServices } from './services/secure-services.ts'
import { namespace, startSecureServices } from './services/secure-services.ts'

type Role = 'admin' | 'audit' | 'gateway' | 'writer'

const rightHost = '127.0.0.1'
const gatewayLogin = { username: 'chat-gateway', password: passwords.gateway }
const writerLogin = { username: 'chat-writer', password: passwords.writer }

/** The audit uses the gateway's role on Postgres and Redis, and its own on Kafka. */
const storeRole = (role: Role): 'admin' | 'gateway' | 'writer' => (role === 'audit' ? 'gateway' : role)

const pemOf = (file: string): Promise<string> => readFile(file, 'utf8')

describe.skipIf(stackKind() !== 'native')('Services with TLS, logins and least-privilege roles', () => {
  let services: SecureServices
  let gateways: readonly Replica[] = []
  const owned = new AsyncDisposableStack()

  const databaseUrl = (role: Role, host = rightHost, ca = services.ca): string => {
    const owner = `postgres://owner:${passwords.admin}@${host}:${services.postgresPort}/chat?sslmode=verify-full&sslrootcert=${ca}`
    return asService(owner, storeRole(role))
  }
  const redisUrl = (role: string, host = rightHost): string =>
    `rediss://chat-${role}:${passwords[role as 'gateway']}@${host}:${services.redisPort}`

  const environment = (role: Role): Environment => ({
    NAMESPACE: namespace,
    PARTITIONS: '6',
    AUTH: 'off',
    DATABASE_URL: databaseUrl(role),
    REDIS_URL: redisUrl(role === 'writer' ? 'writer' : 'gateway'),
    REDIS_CA: services.ca,
    KAFKA_BROKERS: `127.0.0.1:${services.kafkaPort}`,
    KAFKA_TLS: 'true',
    KAFKA_CA: services.ca,
    KAFKA_SASL: role === 'writer' ? 'scram-sha-512' : 'plain',
    KAFKA_USERNAME: role,
    KAFKA_PASSWORD: passwords[role],
  })
  const admin = (subcommand: string, more: Environment = {}, role: Role = 'admin'): Promise<string> =>
    runCommand(process.execPath, ['services/admin/main.ts', ...subcommand.split(' ')], {
      cwd: projectFolder,
      env: { ...cleanEnvironment(), ...environment(role), ...more },
    })
  const start = async (role: 'gateway' | 'writer'): Promise<Replica> =>
    owned.use(await startService(role, { entry: `services/${role}/main.ts`, env: environment(role) }))

  beforeAll(async () => {
    services = owned.use(await startSecureServices())
    for (const subcommand of ['migrate', 'topics', 'roles']) await admin(subcommand)
    await allowLogins(databaseUrl('admin'))
    const [writer, ...both] = await Promise.all([start('writer'), start('gateway'), start('gateway')])
    gateways = both
    expect(writer.pid).toBeDefined()
  }, 240_000)
  afterAll(() => owned.disposeAsync())

  journeys(() => ({ urls: gateways.map(({ url }) => url) as [string, string] }))

  it('share their limits', async () => {
    const redis = new Redis({ host: rightHost, port: services.redisPort, tls: { ca: await pemOf(services.ca) }, ...gatewayLogin })
    await until('both gateways', async () => (await redis.zcard(`${namespace}:limits:gateways`)) === 2, { withinMs: 20_000 })
    redis.disconnect()
  })

  it('pass an audit with a role that may only read and send canaries', async () => {
    expect(await admin('audit', {}, 'audit')).toMatch(/nothing/i)
  })

  it('replay events with the admin login on Kafka and a gateway login on Postgres, to topics of replays only', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'replay-'))
    const run = (topic: string, role: Role = 'admin') =>
      admin(`replay --topic=${topic} --state=${folder}/${role}.json`, { DATABASE_URL: databaseUrl('gateway') }, role)
    await run('chat.events.replay.first')
    expect(readFileSync(join(folder, 'admin.json'), 'utf8')).toContain('"isComplete":true')
    await expect(run('chat.events.replay.second', 'audit')).rejects.toThrow(/authoriz/i)
    rmSync(folder, { recursive: true })
  })

  describe('a certificate', () => {
    it.each([
      ['Postgres', 'of another CA', () => ({ DATABASE_URL: databaseUrl('admin', rightHost, services.wrongCa) }), 'migrate'],
      ['Postgres', 'for another host', () => ({ DATABASE_URL: databaseUrl('admin', 'localhost') }), 'migrate'],
      ['Kafka', 'of another CA', () => ({ KAFKA_CA: services.wrongCa }), 'topics'],
      ['Kafka', 'for another host', () => ({ KAFKA_BROKERS: `localhost:${services.kafkaPort}` }), 'topics'],
    ])('of %s that is %s is refused', async (_, __, env, subcommand) => {
      await expect(admin(subcommand, env())).rejects.toThrow(/certificate|altnames|verify|self-signed|signed/i)
    })

    it.each([
      ['Postgres', () => ({ DATABASE_URL: databaseUrl('admin').replace(/\?.*/, '') }), 'migrate'],
      ['Kafka', () => ({ KAFKA_TLS: 'false', KAFKA_CA: '', KAFKA_SASL: '', KAFKA_USERNAME: '', KAFKA_PASSWORD: '' }), 'topics'],
    ])('of %s is required', async (_, env, subcommand) => {
      await expect(admin(subcommand, env())).rejects.toThrow()
    })

    it.each([
      ['of another CA', () => ({ REDIS_CA: services.wrongCa })],
      ['for another host', () => ({ REDIS_URL: redisUrl('gateway', 'localhost') })],
    ])('of Redis that is %s keeps the fan-out down, without a fallback to plain text', async (_, env) => {
      await using gateway = await startService('doubter', {
        entry: 'services/gateway/main.ts',
        env: { ...environment('gateway'), ...env() },
      })
      const isDown = async (): Promise<boolean> =>
        (await (await fetch(`${gateway.internalUrl}/readyz`)).text()).includes('"fanOut":"down"')
      await until('the fan-out to be down', isDown, { withinMs: 30_000 })
      await until('the reason', () => /certificate|altnames|self-signed/i.test(gateway.log().join('\n')), { withinMs: 30_000 })
    })
  })

  describe('a login', () => {
    const kafkaOf = (username: 'gateway' | 'writer' | 'stranger', password: string = passwords[username]) => {
      const mechanism = username === 'writer' ? ('scram-sha-512' as const) : ('plain' as const)
      return pemOf(services.ca).then(
        (ca) =>
          new Kafka({
            brokers: [`127.0.0.1:${services.kafkaPort}`],
            ssl: { ca },
            sasl: { mechanism, username, password } as never,
            logLevel: logLevel.NOTHING,
            retry: { retries: 0 },
          }),
      )
    }
    const { commands, events, deadLetter } = topicsOf(namespace, 6)
    const record = { messages: [{ key: 'k', value: 'forged' }] }

    const produce = async (username: 'gateway' | 'writer' | 'stranger', topic: string): Promise<unknown> => {
      const producer = (await kafkaOf(username)).producer({ allowAutoTopicCreation: false })
      await producer.connect()
      return producer.send({ topic, ...record }).finally(() => producer.disconnect())
    }
    const consume = async (username: 'gateway' | 'stranger', groupId: string): Promise<void> => {
      const consumer = (await kafkaOf(username)).consumer({ groupId, allowAutoTopicCreation: false })
      await consumer.connect()
      try {
        await consumer.subscribe({ topic: commands.name })
        const crashed = new Promise<never>((_, reject) =>
          consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error)),
        )
        await Promise.race([crashed, consumer.run({ eachMessage: async () => undefined }).then(() => crashed)])
      } finally {
        await consumer.disconnect()
      }
    }

    it.each([
      ['a gateway', 'gateway', () => events.name],
      ['a gateway', 'gateway', () => deadLetter.name],
      ['a writer', 'writer', () => commands.name],
      ['a stranger', 'stranger', () => commands.name],
      ['a stranger', 'stranger', () => events.name],
    ] as const)('of %s cannot write to other topics', async (_, username, topic) => {
      await expect(produce(username, topic())).rejects.toThrow(/authoriz/i)
    })

    it.each([
      ['a gateway', 'gateway', `${namespace}.chat.writer`],
      ['a gateway', 'gateway', 'spy'],
      ['a stranger', 'stranger', 'spy'],
    ] as const)('of %s cannot read commands (%s, group %s)', async (_, username, group) => {
      // For a group without permission the driver reports that it has no coordinator.
      await expect(consume(username, group)).rejects.toThrow(/authoriz|coordinator/i)
    })

    it.each([
      ['gateway', 'plain', 0],
      ['writer', 'scram-sha-512', 0],
      ['audit', 'plain', 0],
      ['stranger', 'plain', 3],
    ] as const)('of %s may read the settings of topics, or gets a warning for each topic', async (username, mechanism, count) => {
      const log = recordingLog()
      const options = {
        brokers: [`127.0.0.1:${services.kafkaPort}`],
        namespace,
        clientId: 'chat-test',
        security: {
          tls: { ca: await pemOf(services.ca) },
          login: { mechanism, username, password: passwords[username] },
        },
        times: defaultTimes,
        clock: systemClock,
        log,
      }
      await checkTopics(options, topicsOf(namespace, 6), { frameBytes: defaultLimits.frameBytes, copies: undefined })
      expect(log.lines.filter((line) => line.includes('allow DescribeConfigs'))).toHaveLength(count)
    })

    it('with a wrong password is refused', async () => {
      const producer = (await kafkaOf('gateway', 'guessed')).producer()
      await expect(producer.connect()).rejects.toThrow(/authentication/i)
      await producer.disconnect()
      const client = new pg.Client(connectionConfig(databaseUrl('gateway').replace('of%20the%20tests', 'guessed')))
      await expect(client.connect()).rejects.toMatchObject({ code: '28P01' })
    })

    const redisOf = async (login: object) =>
      new Redis({
        host: rightHost,
        port: services.redisPort,
        tls: { ca: await pemOf(services.ca) },
        enableReadyCheck: false,
        retryStrategy: () => null,
        disableClientInfo: true,
        ...login,
      })

    it.each([
      ['a gateway publishes', gatewayLogin, ['publish', `${namespace}:room:x`, 'forged']],
      ['a gateway publishes a notice', gatewayLogin, ['publish', `${namespace}:user:x`, 'forged']],
      ['a gateway publishes sharded', gatewayLogin, ['spublish', `${namespace}:room:x`, 'forged']],
      ['a gateway lists channels', gatewayLogin, ['pubsub', 'channels']],
      ['a writer publishes a signal', writerLogin, ['publish', `${namespace}:signal:room:x`, 'forged']],
      ['a writer asks who listens', writerLogin, ['pubsub', 'numsub', `${namespace}:user:x`]],
      ['a gateway reads other keys', gatewayLogin, ['hgetall', 'elsewhere']],
      ['a gateway reads all keys', gatewayLogin, ['keys', '*']],
      ['a gateway listens elsewhere', gatewayLogin, ['subscribe', 'elsewhere']],
      ['a writer listens', writerLogin, ['subscribe', `${namespace}:room:x`]],
      ['a writer publishes elsewhere', writerLogin, ['publish', 'elsewhere', 'x']],
      ['a writer touches limits', writerLogin, ['hset', `${namespace}:limits:x`, 'level', '1']],
      ['a writer flushes all', writerLogin, ['flushall']],
      ['a stranger publishes', {}, ['publish', `${namespace}:room:x`, 'forged']],
      ['a stranger listens', {}, ['subscribe', `${namespace}:room:x`]],
    ] as const)('is denied when %s', async (_, login, [command, ...args]) => {
      const redis = await redisOf(login)
      await expect(redis.call(command, ...args)).rejects.toThrow(/NOPERM/)
      redis.disconnect()
    })

    it.each([
      ['publishes a signal', ['publish', `${namespace}:signal:room:x`, '{}']],
      ['publishes a sharded signal', ['spublish', `${namespace}:signal:user:x`, '{}']],
      ['asks how many listen', ['pubsub', 'numsub', `${namespace}:user:x`]],
      ['listens to signals', ['subscribe', `${namespace}:signal:room:x`]],
    ] as const)('of a gateway is accepted when it %s', async (_, [command, ...args]) => {
      const redis = await redisOf(gatewayLogin)
      await expect(redis.call(command, ...args)).resolves.toBeDefined()
      redis.disconnect()
    })
  })
})
