import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { panels } from '../load/observability/dashboards.ts'
import type { Prometheus } from '../load/observability/prometheus.ts'
import { watchedLoad } from '../load/observability/watched-load.ts'
import { until } from '../support/poll.ts'
import { startService } from '../support/stack/replica.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { accepted, startWebhookEndpoint } from '../support/webhook-endpoint.ts'

const queries = panels().flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const))

describe.skipIf(noStackReason())('A Prometheus that scraped the processes during a load', () => {
  const owned = new AsyncDisposableStack()
  let prometheus: Prometheus
  beforeAll(async () => {
    // Refuses the webhooks of new chats for good, so that there are dead letters, and allows every message.
    const endpoint = owned.use(await startWebhookEndpoint(({ event }) => (event === 'create-chat' ? { status: 400 } : accepted)))
    const secrets = {
      WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
      WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8',
    }
    const env = { ...secrets, PRE_SEND_URL: endpoint.url }
    const chat = owned.use(await startChat(sharedStack(), { gateways: 2, writers: 2, env }))
    const relayEnv = { ...chat.environment('relay'), ...secrets, RELAY_SINK: 'webhook', WEBHOOK_URL: endpoint.url }
    const pushEnv = { ...chat.environment('relay'), ...secrets, RELAY_SINK: 'push', PUSH_URL: endpoint.url }
    const relays = await Promise.all(
      [relayEnv, pushEnv].map((env) => startService(`relay-${env.RELAY_SINK}`, { entry: 'services/relay/main.ts', env })),
    )
    for (const relay of relays) owned.use(relay)
    const others = relays.map(({ internalUrl }) => ({ component: 'relay', internalUrl }))
    prometheus = owned.use(await watchedLoad(chat, { perSecond: 50, messages: 500, others }))
  }, 240_000)
  afterAll(() => owned.disposeAsync())

  it.each(queries)('has data for the panel "%s": %s', async (_title, expression) => {
    const hasNumbers = async (): Promise<boolean> =>
      (await prometheus.query(expression)).some(({ values }) => values.some(([, value]) => Number.isFinite(value)))
    expect(await until('numbers', hasNumbers, { withinMs: 20_000, everyMs: 500 })).toBe(true)
  })

  it('has samples of senders, deliveries, resumes and a socket that does not read', async () => {
    const value = async (expression: string): Promise<number> => (await prometheus.query(expression))[0]?.values[0]?.[1] ?? 0
    expect(await value('sum(chat_commands_total{event="new-message",outcome="ok"})')).toBeGreaterThanOrEqual(1_000)
    expect(await value('count(count by (stage) (chat_delivery_seconds_count > 0))')).toBe(8)
    expect(await value('sum(chat_resumes_total{result="recovered"})')).toBeGreaterThan(0)
    expect(await value('sum(chat_slow_consumers_total)')).toBeGreaterThan(0)
    expect(await value('sum(chat_send_queue_bytes_count)')).toBeGreaterThan(0)
    expect(await value('sum(chat_frames_total{direction="out"})')).toBeGreaterThan(
      await value('sum(chat_frames_total{direction="in"})'),
    )
  })
})
