import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { roleName, serviceRoles } from '../../../infra/postgres/admin/role-name.ts'
import { projectFolder } from '../../support/stack/replica.ts'
import type { Container, Workload } from '../support/objects.ts'
import { containersOf, overlays, rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { configOf } from '../support/service-config.ts'

interface Acl {
  readonly resource: { readonly type: string; readonly name: string; readonly patternType?: string }
  readonly operations: readonly string[]
}

/** The permissions of the script: principal, resource type, name, pattern and operations. */
const allowedByScript = (): string[] => {
  const script = join(projectFolder, 'infra/kafka/acls.sh')
  const lines = execFileSync('sh', [script], { encoding: 'utf8', env: { BOOTSTRAP: 'nowhere:1', KAFKA_ACLS: 'echo' } })
  return lines
    .trim()
    .split('\n')
    .map((line) => {
      const all = (flag: string): string[] =>
        [...line.matchAll(new RegExp(`--${flag} (\\S+)`, 'g'))].map(([, value = '']) => value)
      const [type = ''] = ['topic', 'group'].filter((kind) => all(kind).length > 0)
      const pattern = all('resource-pattern-type')[0] === 'prefixed' ? 'prefix' : 'literal'
      return [all('allow-principal')[0], type, all(type)[0], pattern, ...all('operation').sort()].join(' ')
    })
}

const version = (parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { readonly version: string }).version

describe.each(overlays)('the jobs of %s', (overlay) => {
  needsRenderer()

  const migration = (): Workload => {
    const job = rendered(overlay).ours.find(({ object, name }) => object.kind === 'Job' && name.startsWith('migrate-'))
    if (job === undefined) throw new Error('no such job')
    return job
  }

  it('create tables, then roles, then topics, in one job of the version of the services (C12)', () => {
    const job = migration()
    expect(containersOf(job.pod).map(({ args }) => args)).toEqual([
      ['admin', 'migrate'],
      ['admin', 'roles'],
      ['admin', 'topics'],
    ])
    const images = new Set(rendered(overlay).ours.flatMap(({ pod }) => containersOf(pod).map(({ image }) => image)))
    const [image] = [...images].filter((one) => one.includes('chat-service:'))
    expect(containersOf(job.pod).map((container) => container.image)).toEqual([image, image, image])
  })

  it('are retried for more than an hour, because the database may start later (C12)', () => {
    const { pod, object } = migration()
    expect(pod.restartPolicy).toBe('OnFailure')
    // The delay starts at ten seconds, doubles, and is at most five minutes: more than an hour in total.
    expect(object.spec?.backoffLimit).toBeGreaterThanOrEqual(20)
  })

  it('delete old rejections daily (C12)', () => {
    const { spec } = rendered(overlay).the('CronJob', 'prune')
    expect(spec).toMatchObject({ schedule: expect.stringMatching(/^\d+ \d+ \* \* \*$/) as string, concurrencyPolicy: 'Forbid' })
    expect(spec?.jobTemplate?.spec.template.spec.containers[0]?.args).toEqual(['admin', 'prune'])
  })
})

describe.each(overlays)('the sweep of %s', (overlay) => {
  needsRenderer()

  const sweep = () => rendered(overlay).the('CronJob', 'sweep').spec
  const container = () => sweep()?.jobTemplate?.spec.template.spec.containers[0]

  it('deletes the kept content of deleted messages daily (C12)', () => {
    expect(sweep()).toMatchObject({
      schedule: expect.stringMatching(/^\d+ \d+ \* \* \*$/) as string,
      concurrencyPolicy: 'Forbid',
    })
    expect(container()?.args).toEqual(['admin', 'sweep'])
  })

  it('keeps it for the days for which the writers keep it', () => {
    const { environment, ours } = rendered(overlay)
    const writer = ours.find(({ name }) => name === 'writer')?.pod.containers[0] as Container
    const { DELETED_KEEP_DAYS } = environment(container() as Container)
    expect(DELETED_KEEP_DAYS).toBeDefined()
    expect(DELETED_KEEP_DAYS).toBe(environment(writer).DELETED_KEEP_DAYS)
  })

  it('has no secret but its own login to Postgres, and no account of another workload (C9)', () => {
    const { name, env = [] } = container() ?? {}
    const secrets = env.flatMap(({ valueFrom }) => Object.entries((valueFrom as object | undefined) ?? {}))
    expect(name).toBe('sweep')
    expect(secrets.filter(([kind]) => kind === 'secretKeyRef')).toEqual([
      ['secretKeyRef', { name: expect.stringMatching(/^chat-sweep/) as string, key: 'database-url' }],
    ])
    expect(sweep()?.jobTemplate?.spec.template.spec.serviceAccountName).toBe('sweep')
  })
})

describe.each(overlays)('the audit of %s', (overlay) => {
  needsRenderer()

  it('is one pod that runs continuously with its own secrets (C9)', () => {
    const { spec } = rendered(overlay).the('Deployment', 'audit')
    expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } })
    const container = spec?.template?.spec.containers[0]
    expect(container?.args).toEqual(['admin', 'audit', '--watch', '--json'])
    expect(container?.livenessProbe?.httpGet).toEqual({ path: '/livez', port: 'internal' })
    const secrets = (container?.env ?? []).flatMap(({ valueFrom }) =>
      valueFrom === undefined ? [] : [JSON.stringify(valueFrom)],
    )
    expect(secrets.filter((secret) => !secret.includes('"name":"chat-audit'))).toEqual([])
  })
})

describe('the servers of prod', () => {
  needsRenderer()

  it('include three brokers that tolerate the loss of one without losing records (C13)', () => {
    const { apiVersion, spec = {} } = rendered('prod').the('Kafka', 'chat')
    expect(apiVersion).toBe('kafka.strimzi.io/v1')
    const { config } = spec.kafka as { readonly config: Readonly<Record<string, unknown>> }
    expect(config).toMatchObject({
      'min.insync.replicas': 2,
      'default.replication.factor': 3,
      'unclean.leader.election.enable': 'false',
    })
    expect(rendered('prod').the('KafkaNodePool', 'broker').spec).toMatchObject({ replicas: 3, roles: ['broker'] })
    expect(configOf('prod', 'writer').replicationFactor).toBe(3)
  })

  it('accept only encrypted, authenticated Kafka connections of the listed clients (C13)', () => {
    const kafka = rendered('prod').the('Kafka', 'chat').spec?.kafka as {
      readonly authorization: unknown
      readonly listeners: readonly { readonly networkPolicyPeers: readonly unknown[] }[]
    }
    const [port, ...others] = configOf('prod', 'writer').kafkaBrokers.map((broker) => Number(broker.split(':')[1]))
    expect(others).toEqual([])
    expect(kafka.authorization).toEqual({ type: 'simple' })
    expect(kafka.listeners).toEqual([
      expect.objectContaining({ port, tls: true, authentication: { type: 'scram-sha-512' } }) as unknown,
    ])
    for (const { networkPolicyPeers } of kafka.listeners) expect(networkPolicyPeers.length).toBeGreaterThan(0)
  })

  it('grant on Kafka exactly the permissions of infra/kafka/acls.sh (C13)', () => {
    const users = rendered('prod').ofKind('KafkaUser')
    const rules = users.flatMap(({ metadata, spec }) => {
      const { acls } = (spec as unknown as { readonly authorization: { readonly acls: readonly Acl[] } }).authorization
      return acls.map(({ resource: { type, name, patternType = 'literal' }, operations }) =>
        [`User:${metadata.name}`, type, name, patternType, ...[...operations].sort()].join(' '),
      )
    })
    expect(rules.toSorted()).toEqual(allowedByScript().toSorted())
    for (const { metadata, spec } of users) {
      const password = { valueFrom: { secretKeyRef: { name: `chat-kafka-${metadata.name}`, key: 'password' } } }
      expect(spec?.authentication).toEqual({ type: 'scram-sha-512', password })
      expect(metadata.labels).toEqual({ 'strimzi.io/cluster': 'chat' })
    }
  })

  it('have a user for each workload that logs in to Kafka (C13)', () => {
    const logins = ['gateway', 'writer', 'admin', 'audit', 'scaler', 'relay']
    const users = rendered('prod').ofKind('KafkaUser')
    expect(users.map(({ metadata }) => metadata.name).sort()).toEqual(logins.toSorted())
    expect(rendered('prod').the('Kafka', 'chat').spec?.entityOperator).toEqual({ userOperator: {} })
  })

  it('define the database roles of `admin roles`, and refuse connections without TLS (C13)', () => {
    const { bootstrap, managed, postgresql } = rendered('prod').the('Cluster', 'chat').spec as {
      readonly bootstrap: { readonly initdb: { readonly database: string } }
      readonly managed: { readonly roles: readonly { readonly name: string; readonly login: boolean }[] }
      readonly postgresql: { readonly pg_hba: readonly string[] }
    }
    const { database } = bootstrap.initdb
    expect(managed.roles.map(({ name }) => name)).toEqual(serviceRoles.map((service) => roleName(database, service)))
    for (const role of managed.roles) {
      const service = role.name.replace(`${database}_`, '')
      expect(role).toEqual({ name: role.name, login: true, passwordSecret: { name: `chat-postgres-${service}` } })
    }
    expect(postgresql.pg_hba[0]).toBe('hostnossl all all all reject')
  })

  it('include a Postgres that confirms a commit only when it is on two machines (C13)', () => {
    const { apiVersion, spec } = rendered('prod').the('Cluster', 'chat')
    expect(apiVersion).toBe('postgresql.cnpg.io/v1')
    expect(spec?.instances).toBeGreaterThanOrEqual(3)
    expect(spec?.postgresql).toMatchObject({ synchronous: { method: 'any', number: 1, dataDurability: 'required' } })
    expect(rendered('prod').ofKind('ScheduledBackup')).toHaveLength(1)
  })

  it('use the version of this project', () => {
    const images = rendered('prod').ours.flatMap(({ pod }) => containersOf(pod).map(({ image }) => image))
    expect(new Set(images)).toEqual(new Set([`registry.example.com/chat-service:${version}`]))
  })
})
