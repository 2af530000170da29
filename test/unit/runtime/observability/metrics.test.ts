import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../../../shared/runtime/observability/metrics.ts'
import { metricsTable } from '../../../../shared/runtime/observability/metrics-table.ts'

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

  it('contain the lag of the event loop', async () => {
    expect(await createMetrics().registry.metrics()).toContain('chat_nodejs_eventloop_lag_p99_seconds')
  })

  it('are independent in separate registries', async () => {
    const first = createMetrics()
    createMetrics().sessions.set(9)
    expect(await first.registry.metrics()).toContain('chat_sessions 0\n')
  })
})
