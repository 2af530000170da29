import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An API server that only knows the Secrets of one namespace. */
export interface SecretServer extends AsyncDisposable {
  readonly kubeconfig: string
  /** The data of each Secret, by name. */
  readonly secrets: Map<string, Readonly<Record<string, string>>>
}

const discovery: Readonly<Record<string, unknown>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [{ name: 'secrets', singularName: 'secret', namespaced: true, kind: 'Secret', verbs: ['get'] }],
  },
}

const kubeconfigOf = (port: number): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'test', user: {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  })

const serve = (namespace: string, secrets: SecretServer['secrets']): Server =>
  createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    const name = path.startsWith(`/api/v1/namespaces/${namespace}/secrets/`) ? (path.split('/').at(-1) ?? '') : ''
    const data = secrets.get(name)
    const secret = data && { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data }
    const answer = discovery[path] ?? secret
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? { kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404 }))
  })

/** Starts it on a free port of this machine. */
export const startSecretServer = async (namespace: string): Promise<SecretServer> => {
  const secrets: SecretServer['secrets'] = new Map()
  const server = serve(namespace, secrets)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const folder = mkdtempSync(join(tmpdir(), 'secret-server-'))
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, kubeconfigOf((server.address() as AddressInfo).port))
  return {
    kubeconfig,
    secrets,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      rmSync(folder, { recursive: true })
    },
  }
}
