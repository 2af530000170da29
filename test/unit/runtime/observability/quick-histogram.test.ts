import { Histogram, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { QuickHistogram } from '../../../../shared/runtime/observability/quick-histogram.ts'

const options = { name: 'chat_some_seconds', help: 'Some time', buckets: [0.001, 0.01, 0.1] } as const
const observed = [0, 0.001, 0.0011, 0.05, 0.1, 7]

describe('QuickHistogram', () => {
  it('prints what the histogram of prom-client prints for the same values of a label', async () => {
    const [ours, theirs] = [new Registry(), new Registry()]
    const quick = new QuickHistogram({ ...options, labels: ['stage'], registry: ours })
    const slow = new Histogram({ ...options, buckets: [...options.buckets], labelNames: ['stage'], registers: [theirs] })
    for (const stage of ['stored', 'written'])
      for (const value of observed) {
        quick.observe(value, stage)
        slow.observe({ stage }, value)
      }
    expect(await ours.metrics()).toBe(await theirs.metrics())
  })

  it('prints zeros before the first value if it has no label, as prom-client does', async () => {
    const [ours, theirs] = [new Registry(), new Registry()]
    const quick = new QuickHistogram({ ...options, labels: [], registry: ours })
    const slow = new Histogram({ ...options, buckets: [...options.buckets], registers: [theirs] })
    expect(await ours.metrics()).toBe(await theirs.metrics())
    quick.observe(0.05)
    slow.observe(0.05)
    expect(await ours.metrics()).toBe(await theirs.metrics())
  })
})
