import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
import { afterEach, describe, expect, it, vi } from 'vitest'

/** As the driver comes, before anything of ours has changed it. */
const original = RequestQueue.prototype.scheduleCheckPendingRequests

const queue = (): RequestQueue =>
  new RequestQueue({ requestTimeout: 1_000, enforceRequestTimeout: false, logger: { debug: () => {} } })

describe('the driver’s queue of requests', () => {
  afterEach(() => {
    RequestQueue.prototype.scheduleCheckPendingRequests = original
    vi.useRealTimers()
  })

  const calmed = async (): Promise<RequestQueue> => {
    vi.useFakeTimers()
    const { stopIdleTimers: calmIdleQueues } = await import('../../../../infra/kafka/kafkajs-patches/idle-timers.ts')
    calmIdleQueues()
    return queue()
  }

  it('has the method that is replaced, which is busy while it is idle', () => {
    expect(original).toBeTypeOf('function')
    vi.useFakeTimers()
    queue().checkPendingRequests()
    vi.advanceTimersByTime(100)
    expect(vi.getTimerCount()).toBe(1)
  })

  it('arms no timer while nothing waits', async () => {
    const calm = await calmed()
    calm.checkPendingRequests()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('looks again when a throttled request may go, and then rests', async () => {
    const calm = await calmed()
    calm.throttledUntil = Date.now() + 500
    const send = vi.fn()
    calm.push({ entry: { correlationId: 1 }, expectResponse: true, sendRequest: send })
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(499)
    expect(send).not.toHaveBeenCalled()
    vi.advanceTimersByTime(20)
    expect(send).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })
})
