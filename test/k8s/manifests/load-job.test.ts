import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../../support/stack/replica.ts'
import { rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'

const imports = /^(?:import|export) (?!type)(?:[^'"]*? from )?'([^']+)'/gm

/** The files and the packages that a program loads. */
const loadedBy = (entry: string, loaded = new Set<string>()): ReadonlySet<string> => {
  if (loaded.has(entry)) return loaded
  loaded.add(entry)
  for (const [, name = ''] of readFileSync(join(projectFolder, entry), 'utf8').matchAll(imports)) {
    if (name.startsWith('.')) loadedBy(relative(projectFolder, resolve(projectFolder, dirname(entry), name)), loaded)
    else if (!name.startsWith('node:')) loaded.add(`node_modules/${name}`)
  }
  return loaded
}

describe('the load of the load-test overlay (C16)', () => {
  needsRenderer()

  it('connects through the Service, like any client, and runs once', () => {
    const { spec } = rendered('load-test').the('Job', 'load')
    expect(spec?.backoffLimit).toBe(0)
    const env = spec?.template?.spec.containers[0]?.env ?? []
    expect(env.find(({ name }) => name === 'TARGET')?.value).toBe('ws://gateway/ws')
  })

  it('may connect only to the gateways and to DNS', () => {
    const policy = rendered('load-test').the('NetworkPolicy', 'load-to-gateway').spec ?? {}
    expect(policy.egress).toEqual([
      {
        to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'gateway', 'app.kubernetes.io/part-of': 'chat' } } }],
        ports: [{ port: 'public', protocol: 'TCP' }],
      },
    ])
  })

  it('loads only files and packages that its image contains', () => {
    const { dependencies } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { dependencies: object }
    const added = [...readFileSync(join(projectFolder, 'test/k8s/Dockerfile'), 'utf8').matchAll(/^COPY (\S+) /gm)]
    const ofService = ['services', 'shared', 'infra', ...Object.keys(dependencies).map((name) => `node_modules/${name}`)]
    const contained = [...added.map(([, folder = '']) => folder), ...ofService]
    const left = ['infra/native/', 'infra/docker/offline-images/']
    const loaded = [...loadedBy('test/k8s/load-job.ts')]
    expect(loaded.length).toBeGreaterThan(20)
    const isMissing = (path: string): boolean =>
      !contained.some((folder) => path === folder || path.startsWith(`${folder}/`)) || left.some((part) => path.startsWith(part))
    expect(loaded.filter(isMissing)).toEqual([])
  })

  it('otherwise equals the dev overlay', () => {
    // Its settings differ from those of dev by the accepted host, and its job by the namespace, and so do the hashes in the names.
    const names = (overlay: 'dev' | 'load-test') =>
      rendered(overlay).all.map(
        ({ kind, metadata }) => `${kind} ${metadata.name.replace(/^(chat-config|migrate)-[a-z0-9]{10}$/, '$1')}`,
      )
    expect(names('load-test')).toEqual(expect.arrayContaining(names('dev').filter((name) => !name.startsWith('Namespace'))))
  })
})
