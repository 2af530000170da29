import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Lifecycle } from '../../../../shared/runtime/process/lifecycle.ts'
import { lifecycle } from '../../../../shared/runtime/process/lifecycle.ts'

interface Rig {
  readonly life: Lifecycle
  readonly events: EventEmitter
  readonly exits: number[]
  readonly texts: string[]
}

const rig = (): Rig => {
  const events = new EventEmitter()
  const exits: number[] = []
  const texts: string[] = []
  const note = (_: object, text: string): void => void texts.push(text)
  const log = { info: note, error: note, fatal: note } as never
  const life = lifecycle({ log, stopMs: 1_000, exit: (code) => void exits.push(code), events })
  return { life, events, exits, texts }
}

const never = (): Promise<never> => new Promise(() => {})

describe('lifecycle', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  it('stops in the reverse order of starting, one after another', async () => {
    const { life, exits } = rig()
    const order: string[] = []
    for (const name of ['database', 'writer', 'gateway']) {
      life.add(name, async () => {
        order.push(`${name} stops`)
        await Promise.resolve()
        order.push(`${name} stopped`)
      })
    }
    await life.stop()
    expect(order).toEqual(['gateway', 'writer', 'database'].flatMap((name) => [`${name} stops`, `${name} stopped`]))
    expect(exits).toEqual([0])
  })

  it.each(['SIGTERM', 'SIGINT'])('stops once on repeated %s', async (signal) => {
    const { life, events, exits } = rig()
    let stops = 0
    life.add('part', () => {
      stops += 1
    })
    events.emit(signal)
    events.emit(signal)
    expect(life.isStopping).toBe(true)
    await life.stop()
    expect(stops).toBe(1)
    expect(exits).toEqual([0])
  })

  it('shares one stop among all callers, including a part that is being stopped', async () => {
    const { life, exits } = rig()
    let inner: Promise<void> | undefined
    life.add('part', () => {
      inner = life.stop()
    })
    const outer = life.stop()
    await outer
    expect(inner).toBe(outer)
    expect(exits).toEqual([0])
  })

  it('exits with 1 when a part does not stop within the deadline', async () => {
    const { life, exits, texts } = rig()
    life.add('hangs', never)
    void life.stop()
    await vi.advanceTimersByTimeAsync(999)
    expect(exits).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(exits).toEqual([1])
    expect(texts).toContain('stopping took too long')
  })

  it('stops the other parts when one fails to stop, and exits with 1', async () => {
    const { life, exits } = rig()
    let isStopped = false
    life.add('first', () => {
      isStopped = true
    })
    life.add('fails', () => {
      throw new Error('no')
    })
    await life.stop()
    expect(isStopped).toBe(true)
    expect(exits).toEqual([1])
  })

  it.each(['uncaughtException', 'unhandledRejection'])('stops and exits with 1 on %s', async (stray) => {
    const { life, events, exits, texts } = rig()
    let isStopped = false
    life.add('part', () => {
      isStopped = true
    })
    events.emit(stray, new Error('stray'))
    await life.stop()
    expect(isStopped).toBe(true)
    expect(texts).toContain('fatal error')
    expect(exits).toEqual([1])
  })

  it('stops a part at once that is added during the stop', async () => {
    const { life } = rig()
    await life.stop()
    let isStopped = false
    life.add('late', () => {
      isStopped = true
    })
    expect(isStopped).toBe(true)
  })
})
