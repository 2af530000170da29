import { describe, expect, it } from 'vitest'
import { parseScenario } from '../../load/scenario/scenario-file.ts'
import { partOf } from '../../load/scenario/workload.ts'

const parse = (content: unknown) => parseScenario(JSON.stringify(content))
const flowOf = (...flow: readonly object[]) => ({ model: 'open', flow })

describe('A scenario file', () => {
  it('has a model, a flow, and optionally a name and stages', () => {
    const file = {
      name: 'desk',
      model: 'closed',
      stages: [{ duration: '30s', target: 10 }],
      flow: [
        { do: 'join' },
        { do: 'read-history', limit: 20 },
        { do: 'think', time: '1s-5s' },
        { do: 'send', count: 3, size: 'zipf:100' },
        { do: 'react', reaction: 'yes' },
        { do: 'edit', size: '20-50' },
        { do: 'delete' },
        { do: 'leave' },
      ],
    }
    const { scenario, stages } = parse(file)
    expect(scenario).toEqual({ name: 'desk', model: 'closed', flow: file.flow })
    expect(stages).toEqual([{ durationMs: 30_000, target: 10 }])
  })

  it.each([
    [{ flow: [{ do: 'send' }] }, 'model: is missing'],
    [{ model: 'half-open', flow: [{ do: 'send' }] }, 'model: Invalid option'],
    [{ model: 'open' }, 'flow: is missing'],
    [flowOf(), 'flow: Too small'],
    [{ ...flowOf({ do: 'send' }), speed: 1 }, 'speed: there is no such field'],
    [
      flowOf({ do: 'send' }, { do: 'jump' }),
      'flow[1].do: "jump" is not one of join, read-history, think, send, react, edit, delete, leave',
    ],
    [flowOf({}), 'flow[0].do: nothing is not one of join'],
    [flowOf({ do: 'send', cuont: 2 }), 'flow[0].cuont: there is no such field'],
    [flowOf({ do: 'send', count: 'two' }), 'flow[0].count: Invalid input: expected number'],
    [flowOf({ do: 'send', size: 'big' }), 'flow[0].size: "big" is not a whole number from 1; wanted: a number'],
    [flowOf({ do: 'read-history', limit: 500 }), 'flow[0].limit: Too big: expected number to be <=200'],
    [flowOf({ do: 'think' }), 'flow[0].time: is missing'],
    [flowOf({ do: 'think', time: '5' }), 'flow[0].time: "5" is not a duration; write 250ms, 60s, 5m or 1h'],
    [flowOf({ do: 'think', time: '5s-1s' }), 'flow[0].time: "5s-1s": the first time is longer than the second one'],
    [{ ...flowOf({ do: 'send' }), stages: [{ duration: '1s', target: -1 }] }, 'stages[0].target: Too small'],
    [flowOf({ do: 'send' }, { do: 'leave' }), 'flow[1].do: "leave" needs a "join" before it'],
    [flowOf({ do: 'send' }, { do: 'join' }), 'flow[0].do: "send" needs a "join" before it'],
    [flowOf({ do: 'join' }, { do: 'leave' }, { do: 'send' }), 'flow[2].do: "send" needs a "join" before it'],
    [flowOf({ do: 'join' }, { do: 'join' }), 'flow[1].do: "join" follows a "join"'],
    [
      flowOf({ do: 'edit' }, { do: 'send' }),
      'flow[0].do: "edit" needs a "send" before it, because it changes the newest message',
    ],
    [flowOf({ do: 'read-history' }, { do: 'react' }), 'flow[1].do: "react" needs a "send" before it'],
    [flowOf({ do: 'send' }, { do: 'delete' }, { do: 'delete' }), 'flow[2].do: "delete" needs a "send" before it'],
    [flowOf({ do: 'send' }, { do: 'react', reaction: '' }), 'flow[1].reaction: Too small'],
    [flowOf({ do: 'join' }, { do: 'send' }, { do: 'leave' }, { do: 'edit' }), 'flow[3].do: "edit" needs a "join" before it'],
    [[], 'Invalid input: expected object'],
  ])('%j is refused with field and reason', (content, reason) => {
    expect(() => parse(content)).toThrow(reason)
  })

  it('that is not JSON is refused', () => {
    expect(() => parseScenario('flow: []')).toThrow('is not valid JSON')
  })
})

describe('The part of one process', () => {
  const stages = [{ durationMs: 1_000, target: 10 }]

  it('of an open model is the same part of each rate', () => {
    expect(partOf({ start: 5, stages }, 2, 4)).toEqual({ start: 1.25, stages: [{ durationMs: 1_000, target: 2.5 }] })
  })

  it('of a closed model is a number of whole users; the parts together are all users', () => {
    const scenario = { model: 'closed', flow: [{ do: 'send' }] } as const
    const parts = [0, 1, 2, 3].map((process) => partOf({ start: 5, stages, scenario }, process, 4))
    expect(parts.map(({ start }) => start)).toEqual([2, 1, 1, 1])
    expect(parts.map(({ stages: [stage] }) => stage?.target)).toEqual([3, 3, 2, 2])
  })
})
