import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../../infra/native/run-command.ts'
import { connectionConfig } from '../../../infra/postgres/connection/connection-config.ts'
import { withSession } from '../../contract/postgres/session.ts'
import type { SteadyPerson } from '../../faults/steady-person.ts'
import { steadyPerson } from '../../faults/steady-person.ts'
import { freshName, personOn } from '../../support/client/person.ts'
import { until } from '../../support/poll.ts'
import { cleanEnvironment, projectFolder, startService } from '../../support/stack/replica.ts'
import type { Environment, Replica } from '../../support/stack/server.ts'
import { stackKind } from '../../support/stack/start-stack.ts'
import type { Certificate } from './services/authority.ts'
import { passwords } from './services/passwords.ts'
import type { SecureServices } from './services/secure-services.ts'
import { namespace, startSecureServices } from './services/secure-services.ts'

type Role = 'admin' | 'gateway' | 'writer'

/** The logins of one generation: the suffix of user names, and the password. */
interface Logins {
  readonly suffix: string
  readonly passwordOf: (role: Role) => string
}

const first: Logins = { suffix: '', passwordOf: (role) => passwords[role] }
const second: Logins = { suffix: '_2', passwordOf: () => 'of-the-next-generation' }

describe.skipIf(stackKind() !== 'native')('A rotation of', () => {
  const owned = new AsyncDisposableStack()
  let services: SecureServices
  let trusted = ''
  let writer: Replica
  let gateway: Replica

  const databaseUrl = (role: Role, { suffix, passwordOf }: Logins): string => {
    const user = role === 'admin' ? 'owner' : `chat_${role}${suffix}`
    const place = `127.0.0.1:${services.postgresPort}/chat`
    return `postgres://${user}:${passwordOf(role)}@${place}?sslmode=verify-full&sslrootcert=${trusted}`
  }
  const environment = (role: Role, logins: Logins): Environment => ({
    NAMESPACE: namespace,
    PARTITIONS: '3',
    AUTH: 'off',
    DATABASE_URL: databaseUrl(role, logins),
    REDIS_URL: `rediss://chat-${role}:${logins.passwordOf(role)}@127.0.0.1:${services.redisPort}`,
    REDIS_CA: trusted,
    KAFKA_BROKERS: `127.0.0.1:${services.kafkaPort}`,
    KAFKA_TLS: 'true',
    KAFKA_CA: trusted,
    KAFKA_SASL: role === 'writer' || logins === second ? 'scram-sha-512' : 'plain',
    KAFKA_USERNAME: `${role}${logins.suffix}`,
    KAFKA_PASSWORD: logins.passwordOf(role),
  })
  const admin = (subcommand: string): Promise<string> =>
    runCommand(process.execPath, ['services/admin/main.ts', subcommand], {
      cwd: projectFolder,
      env: { ...cleanEnvironment(), ...environment('admin', first) },
    })
  const start = async (role: 'gateway' | 'writer', logins: Logins): Promise<Replica> =>
    owned.use(await startService(role, { entry: `services/${role}/main.ts`, env: environment(role, logins) }))
  const asOwner = (...statements: string[]): Promise<void> =>
    withSession(databaseUrl('admin', first), async (client) => {
      for (const statement of statements) await client.query(statement)
    })
  const onRedis = async (...command: [string, ...string[]]): Promise<void> => {
    const tls = { ca: readFileSync(trusted, 'utf8') }
    const redis = new Redis({ port: services.redisPort, host: '127.0.0.1', tls, username: 'operator', password: passwords.root })
    await redis.call(...command).finally(() => redis.disconnect())
  }
  const restartServers = async (): Promise<void> => {
    const { kafka, redis, postgres } = services.servers
    await Promise.all([kafka.restart(), redis.restart(), postgres.restart()])
  }

  beforeAll(async () => {
    services = owned.use(await startSecureServices())
    trusted = join(services.folder, 'trusted.pem')
    copyFileSync(services.ca, trusted)
    for (const subcommand of ['migrate', 'topics', 'roles']) await admin(subcommand)
    await asOwner(
      `alter role chat_writer login password '${passwords.writer}'`,
      `alter role chat_gateway login password '${passwords.gateway}'`,
    )
    ;[writer, gateway] = await Promise.all([start('writer', first), start('gateway', first)])
  }, 240_000)
  afterAll(() => owned.disposeAsync())

  /** A conversation that continues until it is stopped; resolves with the number of its messages. */
  const talk = (ann: SteadyPerson, room: string) => {
    let isOver = false
    const run = async (): Promise<string[]> => {
      const said: string[] = []
      while (!isOver) {
        said.push(`m${said.length}`)
        await ann.say(room, said.at(-1) ?? '')
        await sleep(20)
      }
      return said
    }
    const all = run()
    return {
      stop: (): Promise<string[]> => {
        isOver = true
        return all
      },
    }
  }
  const historyOf = async (url: string, name: string, room: string): Promise<unknown[]> => {
    await using person = await personOn(url, name)
    return (await person.history(room)).map(({ msg }) => msg)
  }

  it('passwords loses no message: old and new ones are valid while processes with the new ones replace the others', {
    timeout: 180_000,
  }, async () => {
    const name = freshName('ann')
    const next = second.passwordOf('gateway')
    await services.addKafkaUsers('gateway_2', 'writer_2', next)
    await asOwner(
      `create role chat_writer_2 login password '${next}' in role chat_writer`,
      `create role chat_gateway_2 login password '${next}' in role chat_gateway`,
    )
    for (const role of ['gateway', 'writer']) await onRedis('acl', 'setuser', `chat-${role}`, `>${next}`)

    const [newWriter, newGateway] = await Promise.all([start('writer', second), start('gateway', second)])
    await using ann = await steadyPerson([gateway.url, newGateway.url], name)
    const room = await ann.createChat('a room', [ann.id])
    const conversation = talk(ann, room)
    await writer.stop()
    await gateway.stop()
    const previous = passwords.gateway
    await asOwner('alter role chat_writer nologin', 'alter role chat_gateway nologin')
    await onRedis('acl', 'setuser', 'chat-gateway', `<${previous}`)
    await onRedis('acl', 'setuser', 'chat-writer', `<${passwords.writer}`)
    // New connections of the new processes, after the old logins have ended.
    await restartServers()
    const seen = ann.feed.length
    await until('messages after the end of the old logins', () => ann.feed.length > seen + 3, { withinMs: 30_000 })
    const said = await conversation.stop()
    await ann.say(room, 'the last one')

    expect(ann.refusals).toEqual([])
    expect(await historyOf(newGateway.url, name, room)).toEqual([...said, 'the last one'])
    const old = new pg.Client(connectionConfig(databaseUrl('gateway', first)))
    await expect(old.connect()).rejects.toMatchObject({ code: '28000' })
    ;[writer, gateway] = [newWriter, newGateway]
  })

  it('CAs needs no restart of a process: it trusts both, then the new one, from its next connection on', {
    timeout: 180_000,
  }, async () => {
    const name = freshName('bob')
    await using bob = await steadyPerson([gateway.url], name)
    const room = await bob.createChat('a room', [bob.id])
    const processes = [writer.pid, gateway.pid]
    const expiry = async (): Promise<string | undefined> => {
      const text = await (await fetch(`${gateway.internalUrl}/metrics`)).text()
      return /^chat_certificate_expiry_seconds\{file="kafka_ca"\} (\d+)/m.exec(text)?.[1]
    }
    const before = await expiry()
    expect(Number(before)).toBeGreaterThan(Date.now() / 1_000)
    await bob.say(room, 'before')

    const trust = (...authorities: string[]): void => {
      writeFileSync(`${trusted}.next`, authorities.map((file) => readFileSync(file, 'utf8')).join(''))
      renameSync(`${trusted}.next`, trusted)
    }
    trust(services.ca, services.wrongCa)
    const issued: Certificate = await services.other.issue('renewed', ['IP:127.0.0.1'], 1)
    // In place: the owner and the mode of the file stay, as the servers require.
    const put = (file: string, from: string): void => writeFileSync(file, readFileSync(from, 'utf8'))
    for (const part of ['cert', 'key', 'both'] as const) put(services.certificate[part], issued[part])
    put(join(services.folder, 'postgres-tls/server.crt'), issued.cert)
    put(join(services.folder, 'postgres-tls/server.key'), issued.key)
    await restartServers()
    await bob.say(room, 'with a certificate of the new CA')
    trust(services.wrongCa)
    expect(await expiry()).not.toBe(before)
    await restartServers()
    await bob.say(room, 'with trust in the new CA only')

    expect([writer.pid, gateway.pid]).toEqual(processes)
    expect(await historyOf(gateway.url, name, room)).toEqual([
      'before',
      'with a certificate of the new CA',
      'with trust in the new CA only',
    ])
  })
})
