import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pinnedImages } from '../../../../infra/docker/pinned-images.ts'
import { makeAuthority } from '../../../security/secured/services/authority.ts'
import { until } from '../../../support/poll.ts'
import { getAll, getOne, kubectl } from '../kubectl.ts'

const namespace = 'chat-data'
const inData = (...args: string[]): Promise<string> => kubectl(['-n', namespace, ...args])

const putSecret = (name: string, stringData: Readonly<Record<string, string>>): Promise<string> => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData }
  return kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(secret))
}

const passwordOf = async (secret: string): Promise<string> => {
  const { data } = (await getOne('secret', secret, '-n', namespace)) as { readonly data?: Readonly<Record<string, string>> }
  return Buffer.from(data?.password ?? '', 'base64').toString()
}

const becomeReady = (object: string): Promise<string> => {
  const condition = { type: 'Ready', status: 'True', lastTransitionTime: new Date().toISOString(), reason: 'Test', message: '' }
  const patch = JSON.stringify({ status: { conditions: [condition] } })
  return inData('patch', object, '--subresource=status', '--type=merge', '-p', patch)
}

const serverNames = ['DNS:chat-kafka-bootstrap.chat-data', 'DNS:chat-rw.chat-data']

/** The certificate of both servers, and the CA certificates under the names that the operators give them. */
const putCertificates = async (folder: string): Promise<void> => {
  const authority = await makeAuthority(folder, 'stand-in')
  const { cert, key, both } = await authority.issue('servers', serverNames)
  const read = (file: string): string => readFileSync(file, 'utf8')
  await putSecret('stand-in-tls', { 'tls.crt': read(cert), 'tls.key': read(key), 'both.pem': read(both) })
  for (const name of ['chat-cluster-ca-cert', 'chat-ca']) await putSecret(name, { 'ca.crt': read(authority.ca) })
}

const addKafkaUser = async (name: string): Promise<void> => {
  const login = `SCRAM-SHA-512=[iterations=4096,password=${await passwordOf(`chat-kafka-${name}`)}]`
  const alter = ['--bootstrap-server', '127.0.0.1:9092', '--alter', '--entity-type', 'users', '--entity-name', name]
  const java = ['java', '-Xmx128m', '-cp', '/opt/kafka/libs/*', 'kafka.admin.ConfigCommand']
  await inData('exec', 'kafka-0', '--', ...java, ...alter, '--add-config', login)
}

const addPostgresRoles = async (): Promise<void> => {
  for (const name of ['writer', 'gateway', 'sweeper', 'relay']) {
    const sql = `create role chat_${name} login password '${await passwordOf(`chat-postgres-${name}`)}'`
    await inData('exec', 'postgres-0', '--', 'psql', '-U', 'chat_admin', '-d', 'chat', '-c', sql)
  }
}

/** The manifest of the server, with the image that the compose file pins. */
const manifestOf = (server: string): string =>
  readFileSync(join(import.meta.dirname, `${server}.yaml`), 'utf8').replace('pinned-image', pinnedImages().services[server] ?? '')

/**
 * Plays Strimzi and CloudNativePG: when their objects exist, starts one server of each with TLS and the
 * users of the objects, creates the Secrets with the CA certificates, and sets the conditions.
 */
export const playOperators = async (folder: string): Promise<void> => {
  const exist = async () => {
    await getOne('kafka', 'chat', '-n', namespace)
    return getOne('cluster', 'chat', '-n', namespace)
  }
  await until('the objects of the operators', exist, { withinMs: 120_000, everyMs: 1_000 })
  await putCertificates(folder)
  for (const server of ['kafka', 'postgres']) await kubectl(['-n', namespace, 'apply', '-f', '-'], manifestOf(server))
  for (const server of ['kafka', 'postgres']) await inData('rollout', 'status', `statefulset/${server}`, '--timeout=5m')
  const users = await getAll('kafkauser', '-n', namespace)
  for (const { metadata } of users) await addKafkaUser(metadata.name)
  await addPostgresRoles()
  for (const { metadata } of users) await becomeReady(`kafkauser/${metadata.name}`)
  for (const object of ['kafka/chat', 'cluster/chat']) await becomeReady(object)
}
