import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../../support/stack/replica.ts'
import type { Connection, Other } from '../support/network-rules.ts'
import { isAllowed } from '../support/network-rules.ts'
import type { Labels } from '../support/objects.ts'
import { needsRenderer } from '../support/renderer.ts'
import { withComponent } from '../support/with-component.ts'

const pod = (name: string): Labels => ({ 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'chat' })
const gateway = pod('gateway')
const relay = (sink: string): Labels => ({ ...pod('relay'), 'app.kubernetes.io/component': sink })
const proxy: Labels = { 'gateway.networking.k8s.io/gateway-name': 'chat' }
const inside = (namespace: string, labels: Labels): Other => ({ namespace, labels })
const into = (to: Labels, other: Other, port: string | number): Connection => ({ way: 'ingress', pod: to, other, port })
const outOf = (from: Labels, other: Other, port: string | number): Connection => ({ way: 'egress', pod: from, other, port })
const overUdp = (connection: Connection): Connection => ({ ...connection, protocol: 'UDP' })

interface Option {
  /** Connections that only this option allows. */
  readonly opens: readonly Connection[]
  /** Similar connections that it does not allow. */
  readonly keepsClosed: readonly Connection[]
}

const openShift = inside('openshift-dns', { 'dns.operator.openshift.io/daemonset-dns': 'default' })
const collector = inside('observability', { 'app.kubernetes.io/name': 'opentelemetry-collector' })
const login = inside('login', { 'app.kubernetes.io/name': 'login' })

const options: Readonly<Record<string, Option>> = {
  'network-proxies-here': {
    opens: [
      into(gateway, inside('chat', proxy), 'public'),
      outOf(proxy, inside('chat', gateway), 'public'),
      into(proxy, { address: '203.0.113.7' }, 8443),
      outOf(proxy, inside('envoy-gateway-system', {}), 18_000),
    ],
    keepsClosed: [
      into(gateway, inside('chat', proxy), 'internal'),
      into(pod('writer'), inside('chat', proxy), 'internal'),
      into(gateway, inside('elsewhere', proxy), 'public'),
      outOf(proxy, { address: '203.0.113.7' }, 443),
    ],
  },
  'network-balancer': {
    opens: [into(gateway, { address: '10.40.0.5' }, 'public')],
    keepsClosed: [into(gateway, { address: '10.40.0.5' }, 'internal'), into(gateway, { address: '10.40.1.5' }, 'public')],
  },
  'network-node-local-dns': {
    opens: ['169.254.20.10', '10.96.0.10'].flatMap((address) => {
      const question = outOf(pod('writer'), { address }, 53)
      return [question, overUdp(question)]
    }),
    keepsClosed: [outOf(gateway, { address: '169.254.169.254' }, 80), outOf(gateway, { address: '10.96.0.1' }, 443)],
  },
  'network-openshift-dns': {
    opens: [outOf(pod('audit'), openShift, 5353), overUdp(outOf(pod('audit'), openShift, 5353))],
    keepsClosed: [outOf(gateway, inside('openshift-dns', {}), 5353)],
  },
  'network-traces': {
    opens: [gateway, pod('writer'), pod('relay')].map((from) => outOf(from, collector, 4318)),
    keepsClosed: [outOf(pod('admin'), collector, 4318), outOf(gateway, inside('observability', {}), 4318)],
  },
  'network-files': {
    opens: [outOf(pod('sweep'), { address: '203.0.113.7' }, 443)],
    keepsClosed: [
      outOf(pod('sweep'), { address: '10.40.0.5' }, 443),
      outOf(gateway, { address: '203.0.113.7' }, 443),
      outOf(pod('writer'), { address: '203.0.113.7' }, 443),
      outOf(pod('admin'), { address: '203.0.113.7' }, 443),
    ],
  },
  'network-push': {
    opens: [outOf(relay('push'), { address: '203.0.113.7' }, 443)],
    keepsClosed: [
      outOf(relay('push'), { address: '10.40.0.5' }, 443),
      outOf(relay('webhook'), { address: '203.0.113.7' }, 443),
      outOf(gateway, { address: '203.0.113.7' }, 443),
    ],
  },
  'network-pre-send': {
    opens: [outOf(gateway, { address: '203.0.113.7' }, 443)],
    keepsClosed: [
      outOf(gateway, { address: '10.40.0.5' }, 443),
      outOf(relay('webhook'), { address: '203.0.113.7' }, 443),
      outOf(pod('writer'), { address: '203.0.113.7' }, 443),
    ],
  },
  'network-webhooks': {
    opens: [outOf(relay('webhook'), { address: '203.0.113.7' }, 443)],
    keepsClosed: [
      outOf(relay('webhook'), { address: '10.40.0.5' }, 443),
      outOf(relay('webhook'), { address: '169.254.169.254' }, 80),
      outOf(relay('search'), { address: '203.0.113.7' }, 443),
      outOf(gateway, { address: '203.0.113.7' }, 443),
      outOf(pod('writer'), { address: '203.0.113.7' }, 443),
    ],
  },
  'network-keys-inside': {
    opens: [outOf(gateway, login, 8080)],
    keepsClosed: [outOf(pod('writer'), login, 8080), outOf(gateway, inside('login', {}), 8080)],
  },
}

describe('the network options', () => {
  needsRenderer()

  it('are each tested here', () => {
    const folders = readdirSync(join(projectFolder, 'k8s/components')).filter((name) => name.startsWith('network-'))
    expect(folders.filter((name) => name !== 'network-policy').sort()).toEqual(Object.keys(options).sort())
  })

  it.each(Object.entries(options))('%s allows its connections, which are denied without it, and no others', (name, option) => {
    const without = withComponent('network-policy')
    const withOption = withComponent('network-policy', name)
    expect(option.opens.filter((connection) => isAllowed(without, connection))).toEqual([])
    expect(option.opens.filter((connection) => !isAllowed(withOption, connection))).toEqual([])
    expect(option.keepsClosed.filter((connection) => isAllowed(withOption, connection))).toEqual([])
  })
})

describe('the evaluation of policies', () => {
  needsRenderer()

  it('allows what the component allows without options, and nothing else', () => {
    const objects = withComponent('network-policy')
    const allowed = [
      into(gateway, inside('gateway-system', {}), 'public'),
      into(pod('writer'), inside('monitoring', {}), 'internal'),
      outOf(gateway, inside('chat', { 'app.kubernetes.io/name': 'kafka' }), 9092),
    ]
    const denied = [
      into(gateway, inside('chat', {}), 'public'),
      into(gateway, inside('gateway-system', {}), 'internal'),
      outOf(gateway, inside('elsewhere', { 'app.kubernetes.io/name': 'kafka' }), 9092),
      outOf(pod('load'), inside('chat', { 'app.kubernetes.io/name': 'kafka' }), 9092),
    ]
    expect(allowed.filter((connection) => !isAllowed(objects, connection))).toEqual([])
    expect(denied.filter((connection) => isAllowed(objects, connection))).toEqual([])
  })
})
