import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createListeners } from '../../../shared/client/listeners.ts'
import { newId } from '../../../shared/client/new-id.ts'

describe('A new id', () => {
  it('is a UUIDv7 that carries the time', () => {
    const at = Date.parse('2026-11-24T15:45:02.215Z')
    for (let n = 0; n < 100; n += 1) {
      const id = newId(at)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(at)
    }
  })

  it('differs each time, and contains the current time', () => {
    const ids = Array.from({ length: 1_000 }, () => newId())
    expect(new Set(ids).size).toBe(1_000)
    expect(Math.abs(Number.parseInt((ids[0] ?? '').replace('-', '').slice(0, 12), 16) - Date.now())).toBeLessThan(10_000)
  })
})

describe('Listeners', () => {
  it('are called in the order of their registration; one that is registered twice is called twice', () => {
    const { on, emit } = createListeners<{ tick: number }>()
    const calls: string[] = []
    const twice = (n: number): void => void calls.push(`twice ${n}`)
    const off = on('tick', twice)
    on('tick', (n) => calls.push(`once ${n}`))
    on('tick', twice)
    emit('tick', 1)
    off()
    off()
    emit('tick', 2)
    expect(calls).toEqual(['twice 1', 'once 1', 'twice 1', 'once 2', 'twice 2'])
  })

  it('that throw do not stop other listeners, and their errors surface', async () => {
    const kept = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    onTestFinished(() => {
      for (const listener of kept) process.on('uncaughtException', listener)
    })
    const { on, emit } = createListeners<{ tick: number }>()
    const calls: number[] = []
    on('tick', () => {
      throw new Error('a defect of the application')
    })
    on('tick', (n) => calls.push(n))
    const surfaced = once(process, 'uncaughtException')
    emit('tick', 1)
    expect(calls).toEqual([1])
    expect((await surfaced)[0]).toMatchObject({ message: 'a defect of the application' })
  })
})
