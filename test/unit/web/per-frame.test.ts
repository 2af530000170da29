import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { perFrame } from '../../../services/web/src/model/per-frame.ts'

describe('Items gathered per animation frame', () => {
  let frames: (() => void)[]
  const requestFrame = (callback: () => void): void => void frames.push(callback)
  const showFrame = (): void => {
    for (const callback of frames.splice(0)) callback()
  }

  beforeEach(() => {
    frames = []
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('are handed over together and in order with the next frame', () => {
    const handle = vi.fn<(items: readonly number[]) => void>()
    const gathered = perFrame(handle, requestFrame)
    for (const item of [1, 2, 3]) gathered.add(item)
    expect(handle).not.toHaveBeenCalled()
    showFrame()
    expect(handle.mock.calls).toEqual([[[1, 2, 3]]])
  })

  it('are handed over without a frame when the page is hidden, which gets no frames', () => {
    const handle = vi.fn<(items: readonly number[]) => void>()
    const gathered = perFrame(handle, requestFrame)
    gathered.add(1)
    gathered.add(2)
    vi.advanceTimersByTime(100)
    expect(handle.mock.calls).toEqual([[[1, 2]]])
  })

  it('are handed over once when both the frame and the timer come', () => {
    const handle = vi.fn<(items: readonly number[]) => void>()
    const gathered = perFrame(handle, requestFrame)
    gathered.add(1)
    showFrame()
    vi.advanceTimersByTime(1_000)
    expect(handle.mock.calls).toEqual([[[1]]])
  })
})
