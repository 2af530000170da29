import { describe, expect, it } from 'vitest'
import type { Flushable } from '../../../../services/gateway/send-queue/flusher.ts'
import { createFlusher } from '../../../../services/gateway/send-queue/flusher.ts'
import type { Clock } from '../../../../shared/ports/clock.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'

/** Time passes only while a target works, and the test fires the timers. */
const rig = () => {
  let nowMs = 0
  const timers: { readonly delayMs: number; readonly callback: () => void }[] = []
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after: (delayMs, callback) => {
      timers.push({ delayMs, callback })
      return { cancel: () => undefined }
    },
  }
  const took: number[] = []
  const flushed: string[] = []
  const flusher = createFlusher(clock, defaultTimes, (seconds) => took.push(seconds * 1_000))
  const target = (name: string, workMs = 0): Flushable => ({
    flush: () => {
      nowMs += workMs
      flushed.push(name)
    },
  })
  /** Fires the next timer and returns its delay. */
  const turn = (): number | undefined => {
    const timer = timers.shift()
    nowMs += timer?.delayMs ?? 0
    timer?.callback()
    return timer?.delayMs
  }
  const pass = (ms: number): void => {
    nowMs += ms
  }
  return { flusher, flushed, took, target, turn, pass }
}

describe('The flusher', () => {
  it('flushes without delay on an idle gateway, once per target', () => {
    const { flusher, flushed, target, turn } = rig()
    const [a, b] = [target('a'), target('b')]
    for (const one of [a, b, a]) flusher.request(one)
    expect(turn()).toBe(0)
    expect(flushed).toEqual(['a', 'b'])
    expect(turn()).toBeUndefined()
  })

  it('pauses for four times the duration of a flush, while more frames are collected', () => {
    const { flusher, flushed, target, turn } = rig()
    const wide = target('wide', 3)
    flusher.request(wide)
    turn()
    flusher.request(wide)
    expect(turn()).toBe(12)
    expect(flushed).toEqual(['wide', 'wide'])
  })

  it('does not pause after a short flush, because a pause would save nothing', () => {
    const { flusher, target, turn } = rig()
    const quick = target('quick', 0.9)
    for (let asked = 0; asked < 3; asked += 1) {
      flusher.request(quick)
      expect(turn()).toBe(0)
    }
  })

  it('counts the time since the last flush as part of the pause', () => {
    const { flusher, target, turn, pass } = rig()
    flusher.request(target('slow', 30))
    expect([turn(), turn()]).toEqual([0, 0])
    pass(5)
    flusher.request(target('next', 30))
    expect(turn()).toBe(defaultTimes.flushMostMs - 5)
    pass(1_000)
    flusher.request(target('much later'))
    expect(turn()).toBe(0)
  })

  it('bounds the pause, however long the flush took', () => {
    const { flusher, flushed, target, turn } = rig()
    flusher.request(target('very busy', 400))
    turn()
    flusher.request(target('next'))
    expect([turn(), turn()]).toEqual([0, defaultTimes.flushMostMs])
    expect(flushed).toEqual(['very busy', 'next'])
  })

  it('cuts a long flush into slices, between which other tasks run', () => {
    const { flusher, flushed, took, target, turn } = rig()
    for (const name of ['a', 'b', 'c', 'd']) flusher.request(target(name, 3))
    turn()
    expect(flushed).toEqual(['a', 'b'])
    flusher.request(target('late'))
    expect(turn()).toBe(0)
    expect(flushed).toEqual(['a', 'b', 'c', 'd'])
    turn()
    turn()
    expect(flushed).toEqual(['a', 'b', 'c', 'd', 'late'])
    expect(took[0]).toBe(12)
  })

  it('flushes the other targets if one throws, and throws the error in a task of its own', () => {
    const { flusher, flushed, target, turn } = rig()
    const broken: Flushable = {
      flush: () => {
        throw new Error('broken')
      },
    }
    for (const one of [target('a'), broken, target('b')]) flusher.request(one)
    turn()
    expect(flushed).toEqual(['a', 'b'])
    expect(turn).toThrow('broken')
    flusher.request(target('c'))
    turn()
    expect(flushed).toEqual(['a', 'b', 'c'])
  })
})
