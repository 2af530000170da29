import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { chartFolder, helm, needsHelm, productionValues } from '../support/helm.ts'
import type { KubernetesObject, PodSpec } from '../support/objects.ts'
import { flawsOf } from '../support/schema-check.ts'

type Hook = KubernetesObject & { readonly spec: PodSpec }

const hooks = (...flags: string[]): readonly Hook[] =>
  parseAllDocuments(helm('template', 'chat', chartFolder, '--show-only', 'templates/tests/chat.yaml', ...flags)).map(
    (document) => document.toJS() as Hook,
  )

const podOf = (...flags: string[]): PodSpec | undefined => hooks(...flags).find(({ kind }) => kind === 'Pod')?.spec

describe('`helm test`', () => {
  needsHelm()

  it.each([
    ['development', []],
    ['production', productionValues],
  ])('checks a gateway, and runs one round of the audit with its login and its CA: %s', (name, flags) => {
    const pod = podOf(...flags)
    expect(pod?.restartPolicy).toBe('Never')
    expect(pod?.containers.map(({ name: container, args }) => [container, args])).toEqual([
      ['gateway', undefined],
      ['audit', ['admin', 'audit']],
    ])
    const names = (pod?.containers[1]?.env ?? []).map((one) => one.name)
    expect(names.includes('KAFKA_PASSWORD')).toBe(name === 'production')
    for (const hook of hooks(...flags)) expect(hook.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'test' })
    const [, ...policies] = hooks(...flags).toSorted((a, b) => b.kind.localeCompare(a.kind))
    expect(policies.flatMap(flawsOf)).toEqual([])
  })

  it('checks only a gateway if there is no audit', () => {
    expect(podOf('--set', 'audit.enabled=false')?.containers.map(({ name }) => name)).toEqual(['gateway'])
  })

  it('fails if no gateway answers, and succeeds if one does', async () => {
    const [, flag = '', script = '', url] = (podOf()?.containers[0] as { command?: string[] } | undefined)?.command ?? []
    expect(url).toBe('http://gateway/asyncapi.json')
    const check = (port: number) =>
      promisify(execFile)(process.execPath, [flag, script, `http://127.0.0.1:${port}/asyncapi.json`])
    const server = createServer(({ headers }, response) => response.writeHead(headers.host === 'localhost' ? 200 : 403).end())
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      expect((await check(port)).stdout).toContain('200')
    } finally {
      server.close()
      server.closeAllConnections()
    }
    await expect(check(port)).rejects.toMatchObject({ code: 1 })
  })
})
