import { describe, expect, it } from 'vitest'
import { readConfigFor, readDistributedConfig, readGatewayConfig } from '../../../shared/runtime/config/config.ts'
import { chartFolder, chartObjects, helmError, needsHelm, productionValues } from '../support/helm.ts'
import type { Container, KubernetesObject } from '../support/objects.ts'
import { readmeText } from '../support/readme-commands.ts'
import { indexed } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { comparable } from '../support/same-objects.ts'
import { flawsOf } from '../support/schema-check.ts'
import { secretNames, secretsOf } from '../support/service-config.ts'
import { prodWith, withComponent } from '../support/with-component.ts'

const withFiles = (): readonly KubernetesObject[] => prodWith('components/files')
const keys = { S3_ACCESS_KEY_ID: 'key', S3_SECRET_ACCESS_KEY: 'secret' }
const fileSecret = 'a secret of at least 32 bytes for files'
const bucket = { bucket: 'chat-files-example', region: 'eu-central-1', pathStyle: false, endpoint: undefined }

describe('the files of prod', () => {
  needsRenderer()
  const container = (name: string): Container => {
    const [first] = indexed(withFiles()).ours.find((workload) => workload.name === name)?.pod.containers ?? []
    if (first === undefined) throw new Error(`there is no ${name}`)
    return first
  }
  const environment = (name: string): Readonly<Record<string, string>> => indexed(withFiles()).environment(container(name))

  it('give gateways a valid configuration, with a login and the key of files from their own Secret', () => {
    const env = {
      ...environment('gateway'),
      ...secretsOf('prod'),
      ...keys,
      FILE_SECRET: fileSecret,
      FILE_SECRET_PREVIOUS: fileSecret,
    }
    expect(readGatewayConfig(env).files).toMatchObject({ s3: bucket, secrets: [fileSecret, fileSecret] })
    expect(secretNames(container('gateway')).filter((name) => name.includes('chat-files'))).toEqual([
      'FILE_SECRET chat-files',
      'FILE_SECRET_PREVIOUS chat-files',
      'S3_ACCESS_KEY_ID chat-files',
      'S3_SECRET_ACCESS_KEY chat-files',
    ])
  })

  it('give the job sweep the bucket with a login of its own, and not the key of files', () => {
    const config = readConfigFor(['databaseUrl', 'deletedKeepDays'], { ...environment('sweep'), ...secretsOf('prod'), ...keys })
    expect(config.files).toMatchObject({ s3: bucket, secrets: [] })
    expect(secretNames(container('sweep'))).toEqual([
      'DATABASE_URL chat-sweep',
      'S3_ACCESS_KEY_ID chat-files-sweep',
      'S3_SECRET_ACCESS_KEY chat-files-sweep',
    ])
  })

  it('are set in no other process, which would refuse a bucket without a login', () => {
    const { ours, environment: environmentOf } = indexed(withFiles())
    const names = ours
      .filter(({ name }) => !['gateway', 'sweep'].includes(name))
      .flatMap(({ pod }) => [...(pod.initContainers ?? []), ...pod.containers].flatMap((one) => Object.keys(environmentOf(one))))
    expect(names.filter((name) => /S3_|FILE_/.test(name))).toEqual([])
    expect(() => readDistributedConfig({ ...environment('writer'), ...secretsOf('prod'), S3_BUCKET: 'chat' })).toThrow(
      /S3_ACCESS_KEY_ID/,
    )
  })

  it('match the schemas of their objects', () => {
    expect(withFiles().flatMap(flawsOf)).toEqual([])
  })
})

describe('the job sweep', () => {
  needsRenderer()

  it('reads the NAMESPACE of the gateways, which is the prefix of the keys of files', () => {
    const { the } = indexed(withComponent('migrations'))
    const env = the('CronJob', 'sweep').spec?.jobTemplate?.spec.template.spec.containers[0]?.env ?? []
    expect(env.find(({ name }) => name === 'NAMESPACE')?.valueFrom).toEqual({
      configMapKeyRef: { name: 'chat-admin-config', key: 'NAMESPACE', optional: true },
    })
  })
})

describe('the policies of the bucket in k8s/README.md', () => {
  const documents = [...readmeText.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, text = '']) => JSON.parse(text) as unknown)

  it('allow gateways to write and read objects, and the job to list and delete them, in the bucket of the lines for the overlay', () => {
    const name = 'arn:aws:s3:::chat-files-example'
    const policies = documents.filter((one): one is { Statement: object } => 'Statement' in (one as object))
    expect(policies.map(({ Statement }) => Statement)).toEqual([
      [{ Effect: 'Allow', Action: ['s3:PutObject', 's3:GetObject'], Resource: `${name}/*` }],
      [
        { Effect: 'Allow', Action: 's3:ListBucket', Resource: name },
        { Effect: 'Allow', Action: 's3:DeleteObject', Resource: `${name}/*` },
      ],
    ])
  })

  it('expire no current object', () => {
    const [lifecycle] = documents.filter((one): one is { Rules: readonly object[] } => 'Rules' in (one as object))
    expect(lifecycle?.Rules).toHaveLength(1)
    for (const rule of lifecycle?.Rules ?? []) expect(rule).not.toHaveProperty('Expiration')
  })
})

describe('the files of the chart', () => {
  needsRenderer()
  needsHelm()

  it('have the objects of the prod overlay with the lines of the README', () => {
    const values = 'files.enabled=true,networkPolicy.options[0]=files,files.config.S3_BUCKET=chat-files-example'
    const flags = ['--set', `${values},files.config.S3_REGION=eu-central-1`]
    expect(comparable(chartObjects('chat', ...productionValues, ...flags))).toEqual(
      comparable(withFiles().filter(({ metadata }) => metadata.namespace !== 'chat-data')),
    )
  })

  it('are refused in `config`, which all processes read', () => {
    expect(helmError('template', 'chat', chartFolder, '--set', 'config.S3_BUCKET=chat')).toContain("'S3_BUCKET' not allowed")
  })
})
