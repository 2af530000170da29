import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../../support/stack/replica.ts'
import { moduleCrds } from '../schemas/sources.ts'
import type { Overlay } from '../support/rendered.ts'
import { rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'

const readme = readFileSync(join(projectFolder, 'k8s/README.md'), 'utf8')
const commands = [
  ...readme.matchAll(/^```sh\n([\s\S]*?)^ *```$/gm),
  ...readme.matchAll(/`(kubectl [^`\n]*|k8s\/[^`\n]*\.sh [^`\n]*)`/g),
]
  .map(([, text = '']) => text)
  .join('\n')

const operatorOf = (name: string): string => {
  const [, row = ''] = new RegExp(`^\\| (${name}.*)$`, 'm').exec(readme) ?? []
  return row
}

/** Whether the document has all these texts in this order, from the first text `start` on. */
const inOrder = (texts: readonly string[], start: string): boolean => {
  const places = texts.map((text) => readme.indexOf(text, readme.indexOf(start)))
  return places.every((place) => place > 0) && places.every((place, index) => place >= (places[index - 1] ?? 0))
}

describe('the commands of k8s/README.md', () => {
  needsRenderer()

  it('name only files and folders of the repository', () => {
    const paths = [...commands.matchAll(/(?:-k |-f |^|\s)(k8s\/[\w./-]+)/gm)].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThan(8)
    expect(paths.filter((path) => !existsSync(join(projectFolder, path)))).toEqual([])
  })

  it('apply overlays in the only way that also works after an undo, a patch or a changed variable', () => {
    const applied = commands.split('\n').filter((line) => /kubectl apply .*-k /.test(line))
    expect(applied.length).toBeGreaterThanOrEqual(5)
    expect(applied.filter((line) => !line.includes('apply --server-side --force-conflicts -k'))).toEqual([])
  })

  it('name workloads that exist', () => {
    const namespaces: Readonly<Record<string, Overlay>> = { chat: 'prod', 'chat-data': 'prod', 'chat-dev': 'dev' }
    const named = [
      ...commands.matchAll(/-n (chat[\w-]*) \w+ [\w ]*?(deployment|statefulset|hpa|scaledobject)[ /]((?:[a-z]+ ?)+)/g),
    ]
    expect(named.length).toBeGreaterThanOrEqual(6)
    for (const [, namespace = '', kind = '', names = ''] of named) {
      const kinds = {
        deployment: 'Deployment',
        statefulset: 'StatefulSet',
        hpa: 'HorizontalPodAutoscaler',
        scaledobject: 'ScaledObject',
      }
      const existing = rendered(namespaces[namespace] ?? 'dev').ofKind(kinds[kind as keyof typeof kinds])
      const known = existing.map(({ metadata }) => metadata.name)
      for (const name of names.trim().split(' ')) if (!['autoscaling', 'status'].includes(name)) expect(known).toContain(name)
    }
  })

  it('install the versions of the operators whose schemas the manifests are checked against', () => {
    const names = {
      'cloudnative-pg': 'CloudNativePG',
      'barman-cloud': 'Barman Cloud',
      keda: 'KEDA',
      'gateway-api': 'Gateway API',
      'prometheus-operator': 'Prometheus operator',
    }
    for (const { name, module } of moduleCrds) {
      const [, version = ''] = /@v([\d.]+)$/.exec(module) ?? []
      const row = operatorOf(names[name as keyof typeof names])
      expect(row).toContain(`| ${version} |`)
      if (name !== 'prometheus-operator') expect(row.split(version).length).toBeGreaterThanOrEqual(3)
    }
    const pom = readFileSync(join(projectFolder, 'test/k8s/schemas/strimzi-pom.xml'), 'utf8')
    const [, strimzi = ''] = /<artifactId>api<\/artifactId>\s*<version>([\d.]+)</.exec(pom) ?? []
    expect(operatorOf('Strimzi').split(strimzi).length).toBeGreaterThanOrEqual(3)
  })

  it('create namespaces before Secrets, Secrets before servers, servers before the Secrets of the services, and these before the services', () => {
    const steps = [
      'apply --server-side -f k8s/base/namespace.yaml',
      'secrets.sh data',
      '-k k8s/overlays/prod/data',
      'wait kafka/chat cluster/chat',
      'secrets.sh services',
      'create secret tls chat-certificate',
      '-k k8s/overlays/prod/services',
    ]
    expect(inOrder(steps, '```sh\nkubectl apply --server-side -f k8s/base/namespace.yaml')).toBe(true)
  })

  it('create the namespaces before the operators that need them, and wait for each operator that checks objects of a later step', () => {
    const steps = [
      '`kubectl apply --server-side -f k8s/base/namespace.yaml -f k8s/overlays/prod/data/namespace.yaml`',
      'watchNamespaces={chat-data}',
      'cert-manager.yaml',
      '-n cert-manager wait deployment --all',
      'plugin-barman-cloud/releases',
      '-n cnpg-system wait deployment --all',
      'secrets.sh data',
    ]
    expect(inOrder(steps, '## Production')).toBe(true)
  })
})

describe('the tables of k8s/README.md', () => {
  it('describe every component', () => {
    const components = readdirSync(join(projectFolder, 'k8s/components'))
    expect(
      components.filter((name) => !readme.includes(`\`components/${name}\``) && !readme.includes(`| \`${name}\` |`)),
    ).toEqual([])
  })
})
