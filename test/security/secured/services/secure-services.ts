import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from '../../../../infra/native/free-port.ts'
import { install } from '../../../../infra/native/install.ts'
import type { KafkaServer } from '../../../../infra/native/kafka.ts'
import { startKafka } from '../../../../infra/native/kafka.ts'
import { kafkaArguments } from '../../../../infra/native/kafka-command.ts'
import type { PostgresServer } from '../../../../infra/native/postgres.ts'
import { startPostgres } from '../../../../infra/native/postgres.ts'
import type { RedisServer } from '../../../../infra/native/redis.ts'
import { runCommand } from '../../../../infra/native/run-command.ts'
import type { NativeTools } from '../../../../infra/native/tools.ts'
import { postgresAccount } from '../../../../infra/native/unix-account.ts'
import { projectFolder } from '../../../support/stack/replica.ts'
import { makeScratchFolder, removeScratchFolder } from '../../../support/stack/scratch-folder.ts'
import type { Authority, Certificate } from './authority.ts'
import { makeAuthority } from './authority.ts'
import { passwords } from './passwords.ts'
import { startSecureRedis } from './secure-redis.ts'

export const namespace = 'chat'
/** The three services as in production: TLS only, a login for each client, and least privileges. */
export interface SecureServices extends AsyncDisposable {
  /** The file of the trusted CA. */
  readonly ca: string
  /** The file of another CA. */
  readonly wrongCa: string
  /** The authority of `wrongCa`. */
  readonly other: Authority
  /** The folder of certificates, keys and data. */
  readonly folder: string
  readonly certificate: Certificate
  readonly servers: { readonly kafka: KafkaServer; readonly redis: RedisServer; readonly postgres: PostgresServer }
  /** Adds users of Kafka that log in by SCRAM, with the permissions of a gateway and a writer. */
  addKafkaUsers(gateway: string, writer: string, password: string): Promise<void>
  readonly kafkaPort: number
  readonly redisPort: number
  readonly postgresPort: number
}

const jaas = `org.apache.kafka.common.security.plain.PlainLoginModule required ${Object.entries(passwords)
  .map(([name, password]) => `user_${name}="${password}"`)
  .join(' ')};`

const kafkaProperties = (certificate: Certificate, authority: Authority) => ({
  'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,DIRECT:PLAINTEXT,SECURE:SASL_SSL',
  'listener.name.secure.ssl.keystore.type': 'PEM',
  'listener.name.secure.ssl.keystore.location': certificate.both,
  'listener.name.secure.ssl.truststore.type': 'PEM',
  'listener.name.secure.ssl.truststore.location': authority.ca,
  'listener.name.secure.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512',
  'listener.name.secure.plain.sasl.jaas.config': jaas,
  'listener.name.secure.scram-sha-512.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  // The broker itself, which uses the listeners without a login, and the user who changes the ACLs.
  'super.users': 'User:ANONYMOUS;User:root',
})

/** A user who logs in by SCRAM, as Strimzi makes them. */
const addScramUser = (tools: NativeTools, kafka: KafkaServer, name: string, password: string): Promise<string> => {
  const args = ['--bootstrap-server', kafka.address, '--alter', '--entity-type', 'users', '--entity-name', name]
  const credentials = ['--add-config', `SCRAM-SHA-512=[iterations=4096,password=${password}]`]
  return runCommand(tools.java, kafkaArguments(tools.kafkaHome, 'kafka.admin.ConfigCommand', [...args, ...credentials]), {
    cwd: tools.kafkaHome,
  })
}

const startSecureKafka = async (tools: NativeTools, folder: string, certificate: Certificate, authority: Authority) => {
  const secure = await freePort()
  const kafka = await startKafka({
    tools,
    folder: join(folder, 'kafka'),
    ports: { controller: await freePort(), listeners: { direct: await freePort(), secure } },
    properties: kafkaProperties(certificate, authority),
  })
  await addScramUser(tools, kafka, 'writer', passwords.writer)
  return { kafka, secure }
}

/** Runs the script of the ACLs; `users` names other users than its defaults. */
const applyKafkaAcls = async (
  folder: string,
  secure: number,
  authority: Authority,
  users: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const shim = join(folder, 'kafka-acls')
  const script = join(projectFolder, 'test/security/secured/services/kafka-acls.ts')
  writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`)
  chmodSync(shim, 0o755)
  const config = join(folder, 'root.properties')
  const login = `org.apache.kafka.common.security.plain.PlainLoginModule required username="root" password="${passwords.root}";`
  writeFileSync(config, `ssl.truststore.location=${authority.ca}\nsasl.jaas.config=${login}\n`)
  await runCommand('sh', [join(projectFolder, 'infra/kafka/acls.sh')], {
    env: {
      PATH: process.env.PATH ?? '',
      KAFKA_ACLS: shim,
      BOOTSTRAP: `127.0.0.1:${secure}`,
      COMMAND_CONFIG: config,
      NAMESPACE: namespace,
      ...users,
    },
  })
}

/** Only the probe connects without TLS, to an empty database; every other client needs a password. */
const hostRules = `host postgres postgres 127.0.0.1/32 trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n`

const forPostgres = (folder: string, certificate: Certificate) => {
  const own = join(folder, 'postgres-tls')
  mkdirSync(own)
  const account = postgresAccount()
  const put = (name: string, text: string): string => {
    const file = join(own, name)
    writeFileSync(file, text, { mode: 0o600 })
    if (account) chownSync(file, account.uid, account.gid)
    return file
  }
  if (account) chownSync(own, account.uid, account.gid)
  return {
    ssl: 'on',
    ssl_cert_file: put('server.crt', readFileSync(certificate.cert, 'utf8')),
    ssl_key_file: put('server.key', readFileSync(certificate.key, 'utf8')),
    hba_file: put('hba.conf', hostRules),
  }
}

const startSecurePostgres = async (tools: NativeTools, folder: string, certificate: Certificate) => {
  const server = await startPostgres({ tools, folder: join(folder, 'postgres'), settings: forPostgres(folder, certificate) })
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query(`create role owner login createrole password '${passwords.admin}'`)
  await client.query('create database chat owner owner')
  await client.end()
  return server
}

export const startSecureServices = async (): Promise<SecureServices> => {
  await using owned = new AsyncDisposableStack()
  const tools = await install()
  const folder = makeScratchFolder('secure')
  owned.defer(() => removeScratchFolder(folder))
  const [authority, other] = [await makeAuthority(folder), await makeAuthority(folder, 'other', 3)]
  // Not for `localhost`: that name is the wrong one.
  const certificate = await authority.issue('services', ['IP:127.0.0.1'])
  const { kafka, secure } = await startSecureKafka(tools, folder, certificate, authority)
  owned.use(kafka)
  await applyKafkaAcls(folder, secure, authority)
  const { redis, port: redisPort } = await startSecureRedis(tools, folder, certificate, authority)
  owned.use(redis)
  const postgres = owned.use(await startSecurePostgres(tools, folder, certificate))
  const kept = owned.move()
  return {
    ca: authority.ca,
    wrongCa: other.ca,
    other,
    folder,
    certificate,
    servers: { kafka, redis, postgres },
    addKafkaUsers: async (gateway, writer, password) => {
      for (const name of [gateway, writer]) await addScramUser(tools, kafka, name, password)
      await applyKafkaAcls(folder, secure, authority, { GATEWAY: gateway, WRITER: writer })
    },
    kafkaPort: secure,
    redisPort,
    postgresPort: postgres.port,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
