import { describe, expect, it } from 'vitest'
import { paceLeadMs, startPace } from '../../../support/load/pace.ts'
import { stagedSchedule, steadySchedule, targetAt } from '../../../support/load/schedule.ts'

const dueTimes = (schedule: ReturnType<typeof stagedSchedule>) =>
  Array.from({ length: schedule.count }, (_, call) => schedule.dueAt(call))

describe('A schedule of stages', () => {
  it('has as many calls as the area below its rates', () => {
    expect(stagedSchedule(0, [{ durationMs: 10_000, target: 100 }]).count).toBe(500)
    const stages = [
      { durationMs: 10_000, target: 100 },
      { durationMs: 20_000, target: 100 },
      { durationMs: 10_000, target: 0 },
    ]
    expect(stagedSchedule(0, stages).count).toBe(500 + 2_000 + 500)
  })

  it('changes the rate evenly within a stage', () => {
    const times = dueTimes(stagedSchedule(0, [{ durationMs: 10_000, target: 100 }]))
    const within = (from: number, to: number) => times.filter((at) => at >= from && at < to).length
    expect([within(0, 1_000), within(4_000, 5_000), within(9_000, 10_000)]).toEqual([5, 45, expect.closeTo(95, -1)])
  })

  it('changes the rate at once in a stage without a duration', () => {
    const schedule = stagedSchedule(0, [
      { durationMs: 0, target: 10 },
      { durationMs: 1_000, target: 10 },
    ])
    expect(dueTimes(schedule)).toEqual(Array.from({ length: 10 }, (_, call) => expect.closeTo(call * 100, 6)))
  })

  it('makes no call while its rate is 0', () => {
    const schedule = stagedSchedule(0, [
      { durationMs: 5_000, target: 0 },
      { durationMs: 1_000, target: 100 },
    ])
    expect([schedule.dueBy(0), schedule.dueBy(4_999), schedule.dueBy(6_000)]).toEqual([0, 0, 50])
    expect(schedule.dueAt(0)).toBe(5_000)
  })

  it('counts a call as due from its due time on', () => {
    const schedule = stagedSchedule(5, [
      { durationMs: 3_000, target: 50 },
      { durationMs: 2_000, target: 7 },
    ])
    for (const [call, at] of dueTimes(schedule).entries()) {
      expect(schedule.dueBy(at - 0.01)).toBe(call)
      expect(schedule.dueBy(at + 0.01)).toBeGreaterThan(call)
    }
  })
})

describe('A steady schedule', () => {
  it('has the same distance between all calls', () => {
    expect(dueTimes(steadySchedule(100, 4))).toEqual([0, 10, 20, 30])
  })
})

describe('A pace with stages', () => {
  it('passes the due time of each call', async () => {
    const stages = [{ durationMs: 100, target: 200 }]
    const due: number[] = []
    const send = (ms: number): void => void due.push(ms)
    await startPace({ start: 0, stages, now: () => 1_000, send }).done
    expect(due).toEqual(dueTimes(stagedSchedule(0, stages)).map((at) => at + 1_000 + paceLeadMs))
  })
})

describe('The target of stages', () => {
  it('is interpolated within a stage, and stays after the last one', () => {
    const stages = [
      { durationMs: 10_000, target: 100 },
      { durationMs: 10_000, target: 50 },
    ]
    expect([0, 5_000, 15_000, 60_000].map((at) => targetAt(0, stages, at))).toEqual([0, 50, 75, 50])
  })
})
