import { describe, expect, it } from 'vitest'
import { sendAtDueTimes } from '../../../support/load/due-times.ts'
import { nowMs } from '../../../support/load/load-context.ts'
import { sendersInTurn } from '../../../support/load/senders.ts'

describe('The load', () => {
  it('sends each message at its own due time, evenly spaced and never early', async () => {
    const sendings: { readonly dueMs: number; readonly sentMs: number }[] = []
    await sendAtDueTimes(200, 50, (dueMs) => void sendings.push({ dueMs, sentMs: nowMs() }))
    const [first] = sendings
    expect(sendings.map(({ dueMs }) => Math.round(dueMs - (first?.dueMs ?? 0)))).toEqual(
      Array.from({ length: 50 }, (_, index) => index * 5),
    )
    // The two clocks are read one after the other.
    expect(sendings.filter(({ dueMs, sentMs }) => sentMs < dueMs - 0.5)).toEqual([])
  })

  it('keeps the due times of messages that a stall of the load delays', async () => {
    const due: number[] = []
    await sendAtDueTimes(100, 10, (dueMs) => {
      due.push(dueMs)
      const until = nowMs() + (due.length === 1 ? 50 : 0)
      while (nowMs() < until);
    })
    expect(due.map((ms) => Math.round(ms - (due[0] ?? 0)))).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
  })

  it('uses every socket of every room once before it uses one again', () => {
    const members = new Map([
      [1, [0, 1, 2]],
      [2, [2, 3]],
    ])
    const next = sendersInTurn(members, 7)
    const turns = Array.from({ length: 5 }, () => JSON.stringify(next()))
    expect(new Set(turns).size).toBe(5)
    expect(JSON.stringify(next())).toBe(turns[0])
  })
})
