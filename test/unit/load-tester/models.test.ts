import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createActors } from '../../load/scenario/actors.ts'
import { startClosedModel, startOpenModel } from '../../load/scenario/models.ts'
import { createLoad } from '../../support/load/load.ts'
import { nowMs } from '../../support/load/load-context.ts'

/** Iterations that end when the run ends, and their number at any time. */
const endlessIterations = () => {
  const ended = Promise.withResolvers<void>()
  const counts = { running: 0, most: 0, started: 0 }
  return {
    counts,
    end: ended.resolve,
    iterate: async (): Promise<void> => {
      counts.started += 1
      counts.running += 1
      counts.most = Math.max(counts.most, counts.running)
      await ended.promise
      counts.running -= 1
    },
  }
}

const steady = (target: number, durationMs: number) => ({ start: target, stages: [{ durationMs, target }] })

describe('The open model', () => {
  it('starts iterations at its rate, though none has ended', async () => {
    const { counts, end, iterate } = endlessIterations()
    await startOpenModel(steady(100, 300), nowMs, iterate, end).done
    expect(counts).toEqual({ running: 0, most: 30, started: 30 })
  })

  it('passes the due time of each iteration', async () => {
    const due: number[] = []
    const startedMs = nowMs()
    const iterate = async (dueMs: number): Promise<void> => void due.push(dueMs - startedMs)
    await startOpenModel(steady(100, 100), nowMs, iterate, () => {}).done
    expect(due.map((ms) => Math.round(ms - (due[0] ?? 0)))).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
  })

  it('ends the running iterations when it is stopped', async () => {
    const { counts, end, iterate } = endlessIterations()
    const run = startOpenModel(steady(1_000, 60_000), nowMs, iterate, end)
    run.stop()
    await run.done
    expect(counts.running).toBe(0)
    expect(counts.started).toBeLessThan(100)
  })
})

describe('The closed model', () => {
  it('starts no further iteration before one of its users is free', async () => {
    const { counts, end, iterate } = endlessIterations()
    await startClosedModel(steady(5, 200), nowMs, iterate, end).done
    expect(counts).toEqual({ running: 0, most: 5, started: 5 })
  })

  it('repeats the flow with each user', async () => {
    let started = 0
    const iterate = async (): Promise<void> => {
      started += 1
      await sleep(20)
    }
    await startClosedModel(steady(2, 300), nowMs, iterate, () => {}).done
    expect(started).toBeGreaterThan(6)
    expect(started).toBeLessThanOrEqual(2 * 16)
  })

  it('ends when it is stopped', async () => {
    const { counts, end, iterate } = endlessIterations()
    const run = startClosedModel(steady(3, 60_000), nowMs, iterate, end)
    run.stop()
    await run.done
    expect(counts.running).toBe(0)
  })
})

describe('The users of a scenario', () => {
  const load = (rooms: number, roomSize: string) =>
    createLoad({
      urls: ['ws://127.0.0.1:1'],
      tag: 1,
      seed: 1,
      startMs: 0,
      users: 12,
      rooms,
      roomSize,
      messageSize: '20',
    })
  const withJoin = { model: 'open', flow: [{ do: 'join' }] } as const
  const withoutJoin = { model: 'open', flow: [{ do: 'send' }] } as const

  it('join rooms of which they are no members, with a member as the host', () => {
    const given = load(5, '4')
    const { members } = given.population
    const actors = createActors(given, withJoin)
    const taken = Array.from({ length: 12 }, () => actors.take())
    expect(new Set(taken.map((actor) => actor?.user)).size).toBe(12)
    for (const actor of taken) {
      expect(members.get(actor?.room ?? 0)).not.toContain(actor?.user)
      expect(members.get(actor?.room ?? 0)).toContain(actor?.host)
    }
    expect(actors.busy()).toBe(12)
    expect(actors.take()).toBeUndefined()
  })

  it('act in their own rooms if the flow has no join', () => {
    const given = load(5, '4')
    const actors = createActors(given, withoutJoin)
    const actor = actors.take()
    expect(given.population.roomsOf(actor?.user ?? -1)).toContain(actor?.room)
    if (actor !== undefined) actors.giveBack(actor)
    expect(actors.busy()).toBe(0)
  })

  it('must have a room to join', () => {
    expect(() => createActors(load(2, '12'), withJoin)).toThrow('--scenario: no user can join a room')
  })
})
