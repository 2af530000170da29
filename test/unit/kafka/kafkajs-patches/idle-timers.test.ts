import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
import { afterEach, describe, expect, it, vi } from 'vitest'

/** The unpatched method. */
const original = RequestQueue.prototype.scheduleCheckPendingRequests

const queue = (): RequestQueue =>
  new RequestQueue({ requestTimeout: 1_000, enforceRequestTimeout: false, logger: { debug: () => {} } })

describe('the request queue of kafkajs', () => {
  afterEach(() => {
    RequestQueue.prototype.scheduleCheckPendingRequests = original
    vi.useRealTimers()
  })

  const patchedQueue = async (): Promise<RequestQueue> => {
    const { stopIdleTimers } = await import('../../../../infra/kafka/kafkajs-patches/idle-timers.ts')
    stopIdleTimers()
    // Only now: a timer that anything else sets during the import would be counted.
    vi.useFakeTimers()
    return queue()
  }

  it('sets a timer while it is idle, without the patch', () => {
    expect(original).toBeTypeOf('function')
    vi.useFakeTimers()
    queue().checkPendingRequests()
    vi.advanceTimersByTime(100)
    expect(vi.getTimerCount()).toBe(1)
  })

  it('sets no timer while no request waits, with the patch', async () => {
    const patched = await patchedQueue()
    patched.checkPendingRequests()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('sends a throttled request when its delay has passed, and sets no further timer, with the patch', async () => {
    const patched = await patchedQueue()
    patched.throttledUntil = Date.now() + 500
    const send = vi.fn()
    patched.push({ entry: { correlationId: 1 }, expectResponse: true, sendRequest: send })
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(499)
    expect(send).not.toHaveBeenCalled()
    vi.advanceTimersByTime(20)
    expect(send).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })
})
