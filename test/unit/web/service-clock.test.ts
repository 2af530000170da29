import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createServiceClock } from '../../../services/web/src/model/service-clock.ts'
import { followToday } from '../../../services/web/src/model/today.ts'

const answerAt = (at: string): Response => new Response(null, { headers: { date: new Date(at).toUTCString() } })

const clockAt = (at: string) => {
  let monotonicMs = 1_000
  const clock = createServiceClock({ ask: async () => answerAt(at), monotonicMs: () => monotonicMs })
  return {
    clock,
    pass: (ms: number) => {
      monotonicMs += ms
      vi.advanceTimersByTime(ms)
    },
  }
}

describe('The clock of the service on the page', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2031-01-01T00:00:00Z') })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('follows the answers of the service and not the clock of the device', async () => {
    const { clock, pass } = clockAt('2026-05-05T10:00:00Z')
    expect(clock.known()).toBeUndefined()
    await clock.sync()
    pass(60_000)
    vi.setSystemTime(new Date('2040-01-01T00:00:00Z'))
    expect(new Date(clock.now()).toISOString()).toBe('2026-05-05T10:01:00.500Z')
  })

  it('stays unknown when the service cannot be reached, and after an answer without a date', async () => {
    const clock = createServiceClock({ ask: () => Promise.reject(new Error('offline')), monotonicMs: () => 0 })
    await clock.sync()
    clock.note(new Response(null))
    expect(clock.known()).toBeUndefined()
    expect(clock.now()).toBe(Date.now())
  })

  it('starts a new day at its midnight while the page stays open', async () => {
    const { clock, pass } = clockAt(new Date(2026, 4, 5, 23, 59, 50).toISOString())
    const today = followToday(clock)
    await clock.sync()
    expect(today.value).toBe(new Date(2026, 4, 5).getTime())
    pass(9_600)
    expect(today.value).toBe(new Date(2026, 4, 6).getTime())
    pass(24 * 3_600_000)
    expect(today.value).toBe(new Date(2026, 4, 7).getTime())
  })
})
