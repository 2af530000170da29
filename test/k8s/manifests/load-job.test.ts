import { describe, expect, it } from 'vitest'
import { rendered } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'

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

  it('otherwise equals the dev overlay', () => {
    // Its settings differ from those of dev by the accepted host, and its job by the namespace, and so do the hashes in the names.
    const names = (overlay: 'dev' | 'load-test') =>
      rendered(overlay).all.map(
        ({ kind, metadata }) => `${kind} ${metadata.name.replace(/^(chat-config|migrate)-[a-z0-9]{10}$/, '$1')}`,
      )
    expect(names('load-test')).toEqual(expect.arrayContaining(names('dev').filter((name) => !name.startsWith('Namespace'))))
  })
})
