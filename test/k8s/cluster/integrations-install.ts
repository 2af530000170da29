import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { chartFolder, helmLater } from '../support/helm.ts'
import { editedOverlayYaml, withEntries } from '../support/with-component.ts'
import { applyFlags } from './deployed-chat.ts'
import type { Integrations } from './integrations.suite.ts'
import { kubectl } from './kubectl.ts'

const toRule = ({ host, port }: Integrations['webhook']) => ({
  to: [{ ipBlock: { cidr: `${host}/32` } }],
  ports: [{ port, protocol: 'TCP' }],
})

/** The settings by which both ways of an installation differ from the defaults. */
const settingsFor = ({ webhook, push, check, store }: Integrations, origin?: string) => ({
  config: {
    SEARCH: 'on',
    TOPIC_RELEASE_MS: '500',
    WEBHOOK_PRIVATE_NETWORKS: `${webhook.host}/32`,
    ...(origin === undefined ? {} : { ALLOWED_ORIGINS: origin }),
  },
  webhook: { WEBHOOK_URL: `${webhook.origin}/hook` },
  push: { PUSH_URL: `${push.origin}/push` },
  preSend: { PRE_SEND_URL: `${check.origin}/check`, PRE_SEND_ON_FAILURE: 'refuse' },
  files: { S3_BUCKET: 'chat', S3_ENDPOINT: store.origin, S3_PATH_STYLE: 'true' },
  rules: { 'to-webhooks': toRule(webhook), 'to-push': toRule(push), 'to-pre-send': toRule(check), 'to-files': toRule(store) },
})

/** Installs an integrated chat. `origin`: the address of its clients, as soon as it is known. */
type Install = (namespace: string, given: Integrations, origin?: string) => Promise<void>

export const installChart: Install = async (namespace, given, origin) => {
  const { config, webhook, push, preSend, files, rules } = settingsFor(given, origin)
  const few = { replicas: { min: 1, max: 1 } }
  const values = {
    config,
    gateway: few,
    writer: few,
    audit: { enabled: false },
    relays: {
      webhook: { enabled: true, config: webhook },
      search: { enabled: true },
      push: { enabled: true, config: push },
    },
    preSend: { enabled: true, config: preSend },
    files: { enabled: true, config: files },
    networkPolicy: { options: ['webhooks', 'push', 'pre-send', 'files'], rules },
  }
  const folder = mkdtempSync(join(tmpdir(), 'chart-values-'))
  try {
    const file = join(folder, 'values.yaml')
    // Helm reads YAML 1.1, in which a bare `on` is a boolean.
    writeFileSync(file, stringify(values, { version: '1.1' }))
    await helmLater('upgrade', '--install', 'chat', chartFolder, '--namespace', namespace, '--values', file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const applyManifests: Install = async (_namespace, given, origin) => {
  const { config, webhook, push, preSend, files, rules } = settingsFor(given, origin)
  const literals = (variables: Readonly<Record<string, string>>) => Object.entries(variables).map((pair) => pair.join('='))
  const setAll = (values: object) =>
    JSON.stringify(Object.entries(values).map(([key, value]) => ({ op: 'add', path: `/data/${key}`, value: String(value) })))
  const component = (name: string) => `../../components/${name}`
  const added = {
    resources: ['webhook', 'search', 'push'].map((sink) => `../../relays/${sink}`),
    components: ['pre-send', 'files', 'network-webhooks', 'network-push', 'network-pre-send', 'network-files'].map(component),
    configMapGenerator: [
      { name: 'chat-config', behavior: 'merge', literals: literals(config) },
      { name: 'chat-relay-config-webhook', behavior: 'merge', literals: literals(webhook) },
      { name: 'chat-relay-config-push', behavior: 'merge', literals: literals(push) },
    ],
    patches: [
      { target: { kind: 'ConfigMap', name: 'chat-pre-send-config' }, patch: setAll(preSend) },
      { target: { kind: 'ConfigMap', name: 'chat-files-config' }, patch: setAll(files) },
      ...Object.entries(rules).map(([name, rule]) => ({
        target: { kind: 'NetworkPolicy', name },
        patch: JSON.stringify([{ op: 'replace', path: '/spec/egress/0', value: rule }]),
      })),
    ],
  }
  const yaml = editedOverlayYaml('dev', 'kustomization.yaml', (text) => withEntries(text, added))
  await kubectl(['apply', ...applyFlags, '-f', '-'], yaml)
}
