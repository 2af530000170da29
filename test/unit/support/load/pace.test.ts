import { describe, expect, it } from 'vitest'
import { nowMs } from '../../../support/load/load-context.ts'
import { startPace } from '../../../support/load/pace.ts'
import { sendersInTurn } from '../../../support/load/senders.ts'

describe('The load', () => {
  it('sends each message at its own due time, evenly spaced and never early', async () => {
    const sendings: { readonly dueMs: number; readonly sentMs: number }[] = []
    const send = (dueMs: number): void => void sendings.push({ dueMs, sentMs: nowMs() })
    await startPace({ perSecond: 200, count: 50, send }).done
    const [first] = sendings
    expect(sendings.map(({ dueMs }) => Math.round(dueMs - (first?.dueMs ?? 0)))).toEqual(
      Array.from({ length: 50 }, (_, index) => index * 5),
    )
    // The two clocks are read one after the other.
    expect(sendings.filter(({ dueMs, sentMs }) => sentMs < dueMs - 0.5)).toEqual([])
  })

  it('keeps the due times of messages that a stall of the load delays', async () => {
    const due: number[] = []
    const send = (dueMs: number): void => {
      due.push(dueMs)
      const until = nowMs() + (due.length === 1 ? 50 : 0)
      while (nowMs() < until);
    }
    await startPace({ perSecond: 100, count: 10, send }).done
    expect(due.map((ms) => Math.round(ms - (due[0] ?? 0)))).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
  })

  it('sends nothing more after it was stopped', async () => {
    let sent = 0
    const pace = startPace({
      perSecond: 1_000,
      count: Number.MAX_SAFE_INTEGER,
      send: () => {
        sent += 1
        if (sent === 10) pace.stop()
      },
    })
    await pace.done
    expect(sent).toBe(10)
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
