import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { withChartSettings } from '../../../shared/runtime/config/chart-settings.ts'
import { projectFolder } from '../../support/stack/replica.ts'
import { chartFolder, chartObjects, helm, helmError, needsHelm, productionValues } from '../support/helm.ts'
import type { KubernetesObject } from '../support/objects.ts'
import { rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { comparable } from '../support/same-objects.ts'
import { flawsOf } from '../support/schema-check.ts'
import { withComponent } from '../support/with-component.ts'

const readText = (...path: string[]): string => readFileSync(join(projectFolder, ...path), 'utf8')
const the = (objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject | undefined =>
  objects.find((object) => object.kind === kind && object.metadata.name.startsWith(name))

describe('the chart', () => {
  needsRenderer()
  needsHelm()

  it('deploys the objects of the dev overlay with its defaults', () => {
    expect(comparable(chartObjects('chat-dev'))).toEqual(comparable(rendered('dev').all))
  })

  it('deploys the objects of the prod overlay with values-production.yaml', () => {
    const services = rendered('prod').all.filter(({ metadata }) => metadata.namespace !== 'chat-data')
    expect(comparable(chartObjects('chat', ...productionValues))).toEqual(comparable(services))
  })

  it.each(['ingress', 'gateway-api'])('routes clients by the objects of the component: %s', (component) => {
    const isRoute = ({ kind }: KubernetesObject): boolean => ['Ingress', 'Gateway', 'HTTPRoute'].includes(kind)
    const objects = chartObjects('chat', '--set', `route.kind=${component}`)
    const routes = objects.filter(isRoute)
    expect(routes.length).toBeGreaterThan(0)
    expect(comparable(routes)).toEqual(comparable(withComponent(component).filter(isRoute)))
  })

  it('adds the policies of each network component, with the peers of the values', () => {
    const names = readdirSync(join(projectFolder, 'k8s/components')).filter((name) => /^network-(?!policy)/.test(name))
    expect(names.length).toBeGreaterThanOrEqual(6)
    for (const component of names) {
      const option = component.replace('network-', '')
      const flags = ['--set', `networkPolicy.options[0]=${option}`]
      const policies = withComponent(component).filter(({ kind }) => kind === 'NetworkPolicy')
      const all = chartObjects('chat', ...flags)
      for (const policy of policies) expect(comparable(all)).toMatchObject(comparable([policy]))
      const [{ metadata } = { metadata: { name: '' } }] = policies
      const changed = chartObjects('chat', ...flags, '--set', `networkPolicy.rules.${metadata.name}.ports[0].port=4444`)
      expect(JSON.stringify(the(changed, 'NetworkPolicy', metadata.name))).toContain('"ports":[{"port":4444}]')
    }
  })

  it('creates objects that match their schemas in every combination of options', () => {
    const combinations = [
      ['route.kind=ingress', 'route.className=nginx', 'tls.enabled=true'],
      ['autoscaling.kind=keda', 'kafkaLogin.enabled=true', 'audit.enabled=false'],
      ['monitoring.enabled=true', 'networkPolicy.enabled=false', 'pod.priorityClassName=high'],
    ]
    for (const values of combinations) {
      const objects = chartObjects('chat', ...values.flatMap((value) => ['--set', value]))
      expect(objects.flatMap(flawsOf)).toEqual([])
    }
  })

  it('passes `helm lint --strict`', () => {
    for (const flags of [[], productionValues])
      expect(helm('lint', '--strict', chartFolder, ...flags)).toContain('0 chart(s) failed')
  })

  it('is complete as a package', () => {
    const folder = mkdtempSync(join(tmpdir(), 'chart-'))
    try {
      helm('package', chartFolder, '--destination', folder)
      const { version } = parse(readText('k8s/chart/Chart.yaml')) as { readonly version: string }
      const objects = helm('template', 'chat', join(folder, `chat-${version}.tgz`), '--namespace', 'chat-dev')
      expect(objects).toBe(helm('template', 'chat', chartFolder, '--namespace', 'chat-dev'))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('rolls the pods after a changed variable, and runs a new migration job after a changed image', () => {
    const podOf = (name: string, ...flags: string[]): string =>
      JSON.stringify(the(chartObjects('chat', ...flags), 'Deployment', name)?.spec?.template)
    for (const name of ['gateway', 'writer', 'audit']) {
      expect(podOf(name)).toBe(podOf(name))
      expect(podOf(name, '--set', 'config.LOG_LEVEL=warn')).not.toBe(podOf(name))
    }
    const jobOf = (...flags: string[]): string | undefined =>
      the(chartObjects('chat', ...flags), 'Job', 'migrate-')?.metadata.name
    expect(jobOf()).toBe(jobOf())
    expect(jobOf('--set', 'image.tag=1.0_RC')).not.toBe(jobOf())
  })

  it('logs in to Kafka as the user of the values, while a password changes', () => {
    const flags = ['--set', 'kafkaLogin.enabled=true', '--set', 'kafkaLogin.users.writer=writer-2']
    const userOf = (name: string): string | undefined =>
      the(chartObjects('chat', ...flags), 'Deployment', name)?.spec?.template?.spec.containers[0]?.env?.find(
        (one) => one.name === 'KAFKA_USERNAME',
      )?.value
    expect([userOf('writer'), userOf('gateway')]).toEqual(['writer-2', 'gateway'])
  })

  it('uses a digest in place of the tag', () => {
    const digest = `sha256:${'a'.repeat(64)}`
    const flags = ['--set', 'image.repository=registry.example.com:5000/chat-service', '--set', `image.digest=${digest}`]
    const containers = the(chartObjects('chat', ...flags), 'Deployment', 'gateway')?.spec?.template?.spec.containers
    expect(containers?.[0]?.image).toBe(`registry.example.com:5000/chat-service@${digest}`)
  })

  it.each([
    ['image.tga=1', "additional properties 'tga' not allowed"],
    ['gateway.replicas.max=many', '/gateway/replicas/max'],
    ['autoscaling.kind=vpa', '/autoscaling/kind'],
    ['config.PARTITIONS=0', '/config/PARTITIONS'],
    ['config.PARTITONS=12', "additional properties 'PARTITONS' not allowed"],
    ['config.AUTH=maybe', '/config/AUTH'],
    ['config.KAFKA_PASSWORD=secret', "additional properties 'KAFKA_PASSWORD' not allowed"],
    ['route.kind=nginx', '/route/kind'],
    ['pod.containers[0].name=other', '/pod'],
    ['networkPolicy.options[0]=istio', '/networkPolicy/options/0'],
    ['networkPolicy.rules.to-kafak.to=null', '/networkPolicy/rules/to-kafak'],
    ['networkPolicy.rules.to-kafak.ports[0].port=9', 'networkPolicy.rules.to-kafak: there is no policy with this name'],
    ['disruption.maxUnavailable=all', '/disruption/maxUnavailable'],
  ])('refuses a wrong value with an error that names it: %s', (value, named) => {
    expect(helmError('template', 'chat', chartFolder, '--set', value)).toContain(named)
  })
})

describe('the values of the chart', () => {
  const schema = readText('k8s/chart/values.schema.json')

  it('accept exactly the variables of the service that are not secret', () => {
    expect(schema).toBe(withChartSettings(schema))
  })

  it('are all described and closed: an unknown name is an error', () => {
    const flaws: string[] = []
    const visit = (node: Readonly<Record<string, unknown>>, path: string): void => {
      const { properties = {} } = node as { readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>> }
      if (path !== '' && typeof node.description !== 'string') flaws.push(`${path} lacks a description`)
      if ('properties' in node && node.additionalProperties !== false) flaws.push(`${path} accepts unknown names`)
      for (const [name, child] of Object.entries(properties)) visit(child, `${path}.${name}`)
    }
    visit(JSON.parse(schema) as Readonly<Record<string, unknown>>, '')
    expect(flaws).toEqual([])
  })

  it('have a default for every value outside `config`', () => {
    const defaults = parse(readText('k8s/chart/values.yaml')) as Readonly<Record<string, object | null>>
    const { properties } = JSON.parse(schema) as {
      readonly properties: Readonly<Record<string, { readonly properties?: object }>>
    }
    for (const [name, { properties: fields = {} }] of Object.entries(properties)) {
      if (['global', 'config'].includes(name)) continue
      expect(Object.keys(defaults[name] ?? {}), name).toEqual(expect.arrayContaining(Object.keys(fields)))
    }
  })

  it('name the version of this project', () => {
    const { version } = JSON.parse(readText('package.json')) as { readonly version: string }
    expect(parse(readText('k8s/chart/Chart.yaml'))).toMatchObject({ version, appVersion: version })
    expect(parse(readText('k8s/chart/values-production.yaml'))).toMatchObject({ image: { tag: version } })
  })
})
