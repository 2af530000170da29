import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChatNamespace } from './chat-namespace.ts'
import { kubectl } from './kubectl.ts'
import { tryWay } from './probe-pod.ts'

/** Connections between the pods of the dev overlay and other pods. */
export const separatingNetworks = (given: () => ChatNamespace): void => {
  describe('the network policies', () => {
    const stranger = { labels: { app: 'stranger' } }
    const gatewayLike = { labels: { 'app.kubernetes.io/name': 'gateway', 'app.kubernetes.io/part-of': 'chat' } }
    const inside = (): string => given().namespace
    const monitoring = 'monitoring'
    let internal = ''

    beforeAll(async () => {
      await kubectl(['create', 'namespace', monitoring])
      const [pod] = await given().pods('writer')
      internal = String(pod?.status?.podIP)
    })
    afterAll(() => kubectl(['delete', 'namespace', monitoring, '--wait=false']))

    it.each([
      ['kafka', 9092],
      ['postgres', 5432],
      ['redis', 6379],
    ])('block other pods from %s, even in its own namespace', async (host, port) => {
      const full = `${host}.${inside()}.svc.cluster.local`
      expect(await tryWay({ namespace: 'default', ...stranger, host: full, port })).toBe('closed')
      expect(await tryWay({ namespace: inside(), ...stranger, host, port })).toBe('closed')
      expect(await tryWay({ namespace: inside(), ...gatewayLike, host, port })).toBe('open')
    })

    it('allow only Prometheus to reach the internal port', async () => {
      expect(await tryWay({ namespace: 'default', ...stranger, host: internal, port: 8081 })).toBe('closed')
      expect(await tryWay({ namespace: inside(), ...gatewayLike, host: internal, port: 8081 })).toBe('closed')
      expect(await tryWay({ namespace: monitoring, ...stranger, host: internal, port: 8081 })).toBe('open')
    })

    it('allow all clients to reach the public port, and gateways to reach only their dependencies', async () => {
      const host = `gateway.${inside()}.svc.cluster.local`
      expect(await tryWay({ namespace: 'default', ...stranger, host, port: 80 })).toBe('open')
      expect(await tryWay({ namespace: inside(), ...gatewayLike, host: 'kubernetes.default', port: 443 })).toBe('closed')
    })
  })
}
