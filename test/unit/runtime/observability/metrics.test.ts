import { readFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../../../shared/runtime/observability/metrics.ts'
import { metricsTable } from '../../../../shared/runtime/observability/metrics-table.ts'

const text = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')
const { version } = JSON.parse(text) as { readonly version: string }

describe('the metrics', () => {
  it('contain the observed values', async () => {
    const metrics = createMetrics()
    metrics.sessions.set(3)
    metrics.commands.inc({ event: 'new-message', outcome: 'ok' })
    metrics.broadcastSeconds.observe(0.004)
    const text = await metrics.registry.metrics()
    expect(text).toContain('chat_sessions 3\n')
    expect(text).toContain('chat_commands_total{event="new-message",outcome="ok"} 1\n')
    expect(text).toContain('chat_broadcast_seconds_bucket{le="0.005"} 1\n')
  })

  it('follow the naming rules: prefix, base units, counters in _total', () => {
    for (const { kind, name, help } of Object.values(metricsTable)) {
      expect(name).toMatch(/^chat_[a-z_]+$/)
      expect(name.endsWith('_total')).toBe(kind === 'counter')
      if (kind === 'histogram') expect(name).toMatch(/_(seconds|bytes|records)$/)
      expect(help.length).toBeGreaterThan(5)
    }
  })

  it('have no label for a user or a room', () => {
    const labels = Object.values(metricsTable).flatMap((row) => [...row.labels])
    expect(labels.filter((label) => /user|room|chat|session|id/.test(label))).toEqual([])
  })

  const namesOf = async (process: string): Promise<string[]> => {
    const { registry } = createMetrics(new Registry(), process)
    return (await registry.getMetricsAsJSON()).map(({ name }) => name).filter((name) => !/^chat_(process|nodejs)_/.test(name))
  }

  it('are exported only by the processes that have them: a writer exports no gauge of gateways', async () => {
    const every = ['chat_build_info', 'chat_memory_limit_bytes']
    expect((await namesOf('writer')).toSorted()).toEqual([...every, 'chat_delivery_seconds', 'chat_fan_out_up'].toSorted())
    expect((await namesOf('audit')).toSorted()).toEqual([...every, 'chat_fan_out_up'].toSorted())
    const all = [...every, ...Object.values(metricsTable).map(({ name }) => name)]
    expect((await namesOf('gateway')).toSorted()).toEqual(all.toSorted())
    expect((await namesOf('embedded')).toSorted()).toEqual(all.toSorted())
  })

  it('name the version, and a memory limit in which the process fits', async () => {
    const text = await createMetrics().registry.metrics()
    expect(text).toContain(`chat_build_info{version="${version}"} 1\n`)
    expect(Number(/^chat_memory_limit_bytes (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(process.memoryUsage.rss())
  })

  it('contain the lag of the event loop', async () => {
    expect(await createMetrics().registry.metrics()).toContain('chat_nodejs_eventloop_lag_p99_seconds')
  })

  it('are independent in separate registries', async () => {
    const first = createMetrics()
    createMetrics().sessions.set(9)
    expect(await first.registry.metrics()).toContain('chat_sessions 0\n')
  })
})
