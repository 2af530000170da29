import { describe, expect, it } from 'vitest'
import { startScenario } from '../../load/scenario/run-scenario.ts'
import type { Scenario } from '../../load/scenario/scenario-file.ts'
import type { Load } from '../../support/load/load.ts'
import { createLoad } from '../../support/load/load.ts'

/** A load without sockets, whose messages have this outcome. By default it has more users than iterations. */
const loadWith = (post: Load['post'], users = 40): Load => ({
  ...createLoad({
    users,
    rooms: users / 2,
    roomSize: '2',
    messageSize: '20',
    urls: ['ws://127.0.0.1:1'],
    tag: 1,
    seed: 1,
    startMs: 0,
  }),
  post,
})

const confirmed: Load['post'] = async () => ({ outcome: 'ok', code: 'none', seq: 1, retryAfterMs: 0, id: 'posted' })
const refused: Load['post'] = async () => ({ outcome: 'failed', code: 'rate_limited', seq: 0, retryAfterMs: 0, id: '' })

const open = (...flow: Scenario['flow']): Scenario => ({ model: 'open', flow })

/** Runs 20 iterations in 200 ms by default. */
const run = async (load: Load, scenario: Scenario, durationMs = 200) => {
  const started = startScenario(load, scenario, { start: 100, stages: [{ durationMs, target: 100 }], scenario })
  await started.done
  return { ...started.result(), active: started.sample().active }
}

describe('The iterations of a scenario', () => {
  it('are counted as completed when all steps succeeded', async () => {
    const { iterations, failedBy, actions, active } = await run(loadWith(confirmed), open({ do: 'send', count: 2 }))
    expect(iterations).toEqual({ started: 20, completed: 20, failed: 0, dropped: 0, interrupted: 0 })
    expect(failedBy).toEqual({})
    expect(Object.keys(actions)).toEqual(['send', 'iteration'])
    expect(active).toBe(0)
  })

  it('fail at the first step that is refused, with action and code', async () => {
    const { iterations, failedBy } = await run(loadWith(refused), open({ do: 'send' }, { do: 'think', time: '1h' }))
    expect(iterations).toMatchObject({ started: 20, completed: 0, failed: 20, interrupted: 0 })
    expect(failedBy).toEqual({ 'send: rate_limited': 20 })
  })

  it('change the newest message that they have sent and not deleted', async () => {
    let posted = 0
    const performed: string[] = []
    const load: Load = {
      ...loadWith(async () => {
        posted += 1
        return { ...(await confirmed(0, 0)), id: `m${posted}` }
      }),
      perform: async (_, event, __, body) => {
        performed.push(`${event} ${(body as { message: string }).message}`)
        return confirmed(0, 0)
      },
    }
    const flow = open({ do: 'send', count: 2 }, { do: 'react' }, { do: 'delete' }, { do: 'edit' })
    const scenario = startScenario(load, flow, { start: 1, stages: [{ durationMs: 1_000, target: 1 }], scenario: flow })
    await scenario.done
    expect(performed).toEqual(['set-reaction m2', 'delete-message m2', 'edit-message m1'])
    expect(Object.keys(scenario.result().actions)).toEqual(['send', 'react', 'delete', 'edit', 'iteration'])
  })

  it('are interrupted by the end of the run, and dropped while all users are busy', async () => {
    const { iterations, active } = await run(loadWith(confirmed, 4), open({ do: 'think', time: '1h' }, { do: 'send' }))
    expect(iterations).toEqual({ started: 4, completed: 0, failed: 0, dropped: 16, interrupted: 4 })
    expect(active).toBe(0)
  })

  it('pass the due time of the iteration to the first step only', async () => {
    const due = new Map<number, number[]>()
    const load = loadWith(async (user, room, intendedMs = 0) => {
      due.set(user, [...(due.get(user) ?? []), intendedMs])
      return confirmed(user, room)
    })
    await run(load, open({ do: 'send' }, { do: 'think', time: '20ms' }, { do: 'send' }), 2_000)
    const pauses = [...due.values()].flatMap((times) =>
      times.flatMap((ms, at) => (at % 2 === 0 ? [] : [ms - (times[at - 1] ?? ms)])),
    )
    expect(pauses.length).toBeGreaterThan(5)
    // After the pause, the message is due when the pause has ended. A timer can end a fraction of a millisecond early.
    expect(pauses.filter((ms) => ms < 19)).toEqual([])
  })
})
