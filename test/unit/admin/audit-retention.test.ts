import { describe, expect, it } from 'vitest'
import { auditedWorld, record } from './audited-world.ts'

const dayMs = 86_400_000

/** Three old events of each of two streams; one stream has a later event. The old records are gone. */
const agedWorld = (ageMs: number) => {
  const world = auditedWorld(1_000, 28 * dayMs)
  for (const stream of ['continued', 'ended']) for (let seq = 1; seq <= 3; seq += 1) world.post(stream)
  world.advance(ageMs)
  world.post('continued')
  for (const stream of ['continued', 'ended']) world.expire(stream, 3)
  return { world, auditLater: auditOf(world) }
}

/** A round of an audit that starts now: it has not seen the earlier records. */
const auditOf = (world: ReturnType<typeof auditedWorld>) => async () => {
  world.tally.takeWindow()
  world.tally.takeFindings()
  return (await world.round(true)).found
}

describe('The audit of an event stream with a retention', () => {
  it('does not report events that are older than the retention', async () => {
    const { auditLater } = agedWorld(29 * dayMs)
    expect(await auditLater()).toEqual([])
  })

  it('reports missing records of events that are younger than the retention', async () => {
    const { auditLater } = agedWorld(27 * dayMs)
    expect((await auditLater()).toSorted()).toEqual(['missing: continued: seq 4 follows seq 0', 'missing: ended: ends at 0 of 3'])
  })

  it('reports a gap behind records that are kept, whatever its age', async () => {
    const { world, auditLater } = agedWorld(29 * dayMs)
    world.store('continued', 2)
    world.publish(record('continued', 6))
    expect(await auditLater()).toEqual(['missing: continued: seq 6 follows seq 4'])
  })
})
